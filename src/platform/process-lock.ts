import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describeFault } from '../errors/errors.ts';

/**
 * Does the work while no other process of this machine, and no other caller in this one, does work for the same
 * thing. Nothing has to be cleaned up after a `kill -9`. Waits for its turn until the signal is aborted, then
 * throws; the work itself is not cut off.
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

/** Milliseconds between two tries at most; what a lock guards here takes a few. */
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
 * An abstract socket for a thing, such as a path: the kernel lets one process of this machine (one network
 * namespace) have the name and frees it when that process ends, however.
 */
export const socketName = (thing: string): string =>
  `\0jira-webhook-sync/${createHash('sha256').update(thing).digest('hex').slice(0, 40)}`;

/**
 * Listens on the name until closed, and answers each connection with the id of its process. Null when it is taken, by
 * this process or another one.
 */
export const takeName = (name: string): Promise<Server | null> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
    server.once('error', (fault) => (describeFault(fault) === 'EADDRINUSE' ? done(null) : fail(fault)));
    server.listen(name, () => done(server.unref()));
  });
