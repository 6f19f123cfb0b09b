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

/** A database file that no other instance uses until `release`. */
export type ClaimedDatabase = { path: string; release(): void };

/** What SQLite adds to the name for what is not in the file yet. */
const JOURNALS = ['-wal', '-journal'];

/**
 * The engine keeps what is not in the file yet beside the name it was started with. Under another name it would not
 * be found, and what was stored last would be lost.
 * @throws StartError when such a journal lies beside another name of the file, in its folder
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

/** Which file it is, whatever it is called: hard links and bind mounts are other names for it. */
const identityOf = ({ dev, ino }: { dev: bigint; ino: bigint }): string => `${dev}:${ino}`;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

const TRIES = 20;

/**
 * Takes the database file for this process, so that two instances never write one database: by its path, because the
 * engine's own files lie beside that, and by what it is, because it may have other names.
 * Nothing has to be cleaned up after a `kill -9`: the claim ends with the process.
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

/** Makes the folder and the file if need be; it will hold issue texts, so it is for its owner only. */
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

/** All names or none. `holder`: who has one of them; null also when it ended in this moment. */
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

/** The name's claim, null when another process has it, and that one's pid. */
const take = async (name: string): Promise<{ server: Server | null; holder: string | null }> => {
  const server = await takeName(name);
  return { server, holder: server ? null : await askHolder(name) };
};

const HOLDER_ANSWERS_MS = 1_000;

/** The holder's pid, `unknown` when it does not say, null when there is none any more. */
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
