import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../errors/errors.ts';
import { faultCode, StartError } from './start-error.ts';

/** A database file that no other instance uses until `release`. */
export type ClaimedDatabase = { path: string; release(): void };

const TRIES = 20;
const HOLDER_ANSWERS_MS = 1_000;

/** Makes the folder and the file if need be; it will hold issue texts, so it is for its owner only. */
const openDatabase = (path: string): string => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
    return realpathSync(path);
  } catch (fault) {
    throw new ConfigError(`LOCAL_DB_PATH ${path} cannot be opened as a file (${faultCode(fault)})`);
  }
};

/** An abstract socket: the kernel lets one process have the name and frees it when that process ends, however. */
const socketName = (path: string): string =>
  `\0jira-webhook-sync/${createHash('sha256').update(path).digest('hex').slice(0, 40)}`;

/** Listens on the name and tells everyone who asks which process has it; null when another one does. */
const listen = (name: string): Promise<Server | null> =>
  new Promise((done, fail) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(String(process.pid)));
    server.once('error', (fault) => (faultCode(fault) === 'EADDRINUSE' ? done(null) : fail(fault)));
    server.listen(name, () => done(server.unref()));
  });

/** The holder's pid, `unknown` when it does not say, null when there is none any more. */
const askHolder = (name: string): Promise<string | null> =>
  new Promise((done) => {
    let said = '';
    const socket = connect(name);
    socket.setTimeout(HOLDER_ANSWERS_MS, () => done('unknown'));
    socket.on('data', (bytes) => {
      said += bytes;
    });
    socket.on('end', () => done(said || 'unknown'));
    socket.on('error', () => done(null));
  });

/**
 * Takes the database file for this process, so that two instances never write one database.
 * Nothing has to be cleaned up after a `kill -9`: the claim ends with the process.
 * @throws ConfigError when the file cannot be opened, StartError when another instance has it.
 */
export const claimDatabase = async (file: string): Promise<ClaimedDatabase> => {
  const path = openDatabase(resolve(file));
  const name = socketName(path);
  for (let tried = 0; tried < TRIES; tried++) {
    const server = await listen(name);
    if (server) return { path, release: () => server.close() };
    const holder = await askHolder(name);
    if (holder !== null)
      throw new StartError(
        `LOCAL_DB_PATH ${path} is in use by a running instance (pid ${holder}): stop it or choose another file`,
      );
  }
  throw new StartError(
    `LOCAL_DB_PATH ${path} could not be claimed: other instances start on it at the same time`,
  );
};
