import { closeSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { ConfigError } from '../errors/errors.ts';
import { socketName, takeName } from '../platform/process-lock.ts';
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
    const server = await takeName(name);
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
