import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFault } from '../errors/errors.ts';

/**
 * Runs the work under a lock on `thing`, which excludes other processes of this machine and other callers in this one.
 * Needs no cleanup after a `kill -9`. Waits for the lock until the signal is aborted, then throws; running work is not
 * aborted.
 */
export const withProcessLock = async <T>(
  thing: string,
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T> => {
  const held = await waitForName(socketName(thing), signal);
  try {
    return await work();
  } finally {
    held.close();
  }
};

/** Maximum milliseconds between two tries; work under a lock takes only a few. */
const POLL_MS = 20;

const waitForName = async (name: string, signal: AbortSignal): Promise<Server> => {
  for (;;) {
    signal.throwIfAborted();
    const held = await takeName(name);
    if (held) return held;
    await sleep(1 + Math.random() * POLL_MS, undefined, { signal });
  }
};

/**
 * The name of an abstract socket for a thing, such as a path: the kernel gives it to one process of this machine (one
 * network namespace), and frees it when that process ends, even by a crash.
 */
export const socketName = (thing: string): string =>
  `\0jira-webhook-sync/${createHash('sha256').update(thing).digest('hex').slice(0, 40)}`;

/**
 * Listens on the name until closed, and answers each connection with this process's id. Null when the name is taken, by
 * this process or another one.
 */
export const takeName = (name: string): Promise<Server | null> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
    server.once('error', (fault) => (describeFault(fault) === 'EADDRINUSE' ? done(null) : fail(fault)));
    server.listen(name, () => done(server.unref()));
  });
