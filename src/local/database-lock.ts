import {
  closeSync,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors/errors.ts';
import { socketName, takeName } from '../platform/process-lock.ts';
import { faultCode, StartError } from './start-error.ts';

/** A database file, locked against other instances until `release`. */
export type ClaimedDatabase = { path: string; release(): void };

/** Suffixes of the files in which SQLite keeps what is not yet in the database file. */
const JOURNALS = ['-wal', '-journal'];

/**
 * The engine's journal is next to the file name it was started with. Started under another name of the same file, the
 * engine would not find the journal, and the latest writes would be lost.
 * @throws StartError when there is a journal next to another name of the file, in its folder
 */
export const refuseOtherJournal = (path: string): void => {
  const file = statSync(path, { bigint: true });
  if (file.nlink === 1n) return;
  const isOther = (other: string): boolean =>
    other !== path && identityOf(lstatSync(other, { bigint: true })) === identityOf(file);
  const others = readdirSync(dirname(path)).map((name) => join(dirname(path), name));
  const last = others.find((other) => isOther(other) && JOURNALS.some((end) => sizeOf(other + end) > 0));
  if (last !== undefined)
    throw new StartError(
      `LOCAL_DB_PATH ${path} is the same file as ${last}, whose engine was killed: start once with that name`,
    );
};

/** The identity of a file, independent of its name: hard links and bind mounts give it other names. */
const identityOf = ({ dev, ino }: { dev: bigint; ino: bigint }): string => `${dev}:${ino}`;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const TRIES = 20;

/**
 * Locks the database file for this process, so that two instances never write one database: by its path, because the
 * engine's own files are next to it, and by its identity, because it may have other names.
 * Needs no cleanup after a `kill -9`: the lock ends with the process.
 * @throws ConfigError when the file cannot be opened, StartError when another instance has it.
 */
export const claimDatabase = async (file: string): Promise<ClaimedDatabase> => {
  const { path, identity } = openDatabase(resolve(file));
  const names = [path, identity].map(socketName);
  for (let tried = 0; tried < TRIES; tried++) {
    const { servers, holder } = await takeAll(names);
    if (servers) return { path, release: () => servers.forEach((server) => void server.close()) };
    if (holder !== null)
      throw new StartError(
        `LOCAL_DB_PATH ${path} is in use by a running instance (pid ${holder}): stop it or choose another file`,
      );
  }
  throw new StartError(
    `LOCAL_DB_PATH ${path} could not be claimed: other instances start on it at the same time`,
  );
};

/** Creates the folder and the file if needed; the file is for its owner only, because it will contain issue texts. */
const openDatabase = (path: string): { path: string; identity: string } => {
  try {
    mkdirSync(dirname(path), { recursive: true });
    const file = openSync(path, 'a', 0o600);
    const identity = identityOf(fstatSync(file, { bigint: true }));
    closeSync(file);
    return { path: realpathSync(path), identity };
  } catch (fault) {
    throw new ConfigError(`LOCAL_DB_PATH ${path} cannot be opened as a file (${faultCode(fault)})`);
  }
};

/** Takes all names or none. `holder`: the pid of a process that has one; null also if it has just ended. */
const takeAll = async (names: string[]): Promise<{ servers: Server[] | null; holder: string | null }> => {
  const servers: Server[] = [];
  for (const name of names) {
    const { server, holder } = await take(name);
    if (server === null) {
      for (const taken of servers) taken.close();
      return { servers: null, holder };
    }
    servers.push(server);
  }
  return { servers, holder: null };
};

/** The server that holds the name; null when another process has it, with that process's pid. */
const take = async (name: string): Promise<{ server: Server | null; holder: string | null }> => {
  const server = await takeName(name);
  return { server, holder: server ? null : await askHolder(name) };
};

const HOLDER_ANSWERS_MS = 1_000;

/** The holder's pid, `unknown` if it does not answer, null if there is no holder any more. */
const askHolder = (name: string): Promise<string | null> =>
  new Promise((done) => {
    let said = '';
    const socket = connect(name);
    socket.setTimeout(HOLDER_ANSWERS_MS, () => {
      socket.destroy();
      done('unknown');
    });
    socket.on('data', (bytes) => {
      said += bytes;
    });
    socket.on('end', () => done(said || 'unknown'));
    socket.on('error', () => done(null));
  });
