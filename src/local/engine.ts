import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedDatabase, claimDatabase, refuseOtherJournal } from './database-lock.ts';
import { engineAddress, PORTS_NO_BROWSER_CALLS } from './engine-address.ts';
import { engineBinary } from './engine-binary.ts';
import { type EngineProcess, spawnEngine } from './engine-process.ts';
import { endLeftOverEngines } from './left-over.ts';
import { StartError } from './start-error.ts';

/** A running embedded DynamoDB. `exited` resolves with how it ended, whoever ended it. */
export type Engine = { endpoint: string; pid: number; exited: Promise<string>; stop(): Promise<void> };

const READY_MS = 20_000;
const POLL_MS = 10;
const TRIES = 20;

/** What the engine says once it has its port, and when another process took it first. */
const LISTENING = /listening on/i;
const PORT_TAKEN = /already in use/i;

/** By `node:http`, because `fetch` calls the engine's ports as little as a browser does. */
const answers = (endpoint: string): Promise<boolean> =>
  new Promise((done) => {
    const request = get(endpoint, { agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done(false));
  });

/** True once it answers; false when it has ended first. Its own word counts: the port could be another's. */
const isReady = async (engine: EngineProcess, endpoint: string): Promise<boolean> => {
  let ended = false;
  void engine.exited.then(() => {
    ended = true;
  });
  for (const end = performance.now() + READY_MS; performance.now() < end; await sleep(POLL_MS)) {
    if (ended) return false;
    if (LISTENING.test(engine.said()) && (await answers(endpoint))) return true;
  }
  await engine.stop();
  return false;
};

/** Null when another process has the port, on this address or on all of them. */
const tryAddress = async (binary: string, database: string[]): Promise<Engine | null> => {
  const { host, port } = engineAddress();
  const endpoint = `http://${host}:${port}`;
  const engine = spawnEngine(binary, ['--host', host, '--port', String(port), ...database]);
  if ((await isReady(engine, endpoint)) && engine.pid !== undefined)
    return { endpoint, pid: engine.pid, exited: engine.exited, stop: engine.stop };
  const how = await engine.exited;
  if (PORT_TAKEN.test(engine.said())) return null;
  throw new StartError(`The embedded DynamoDB did not start (${how}): ${engine.said() || 'it said nothing'}`);
};

const startOn = async (binary: string, claim: ClaimedDatabase | null): Promise<Engine> => {
  await endLeftOverEngines();
  // Only now: an engine that ends by itself puts its journal into the file.
  if (claim) refuseOtherJournal(claim.path);
  for (let tried = 0; tried < TRIES; tried++) {
    const engine = await tryAddress(binary, claim ? ['--db-path', claim.path] : []);
    if (engine) return engine;
  }
  throw new StartError(
    `The embedded DynamoDB found no free port in ${TRIES} tries: something else listens on ${PORTS_NO_BROWSER_CALLS.join(', ')} of all addresses`,
  );
};

/**
 * Starts the embedded DynamoDB where no web page can call it, and waits until it answers. Engines that a killed
 * server left over are ended first. Several may run at once, each with a database of its own.
 * @param options.dbPath file that keeps items and stream between runs; in memory without it.
 * @throws StartError or ConfigError with a message for people; nothing is left running then.
 */
export const startEngine = async (options: { dbPath?: string | undefined } = {}): Promise<Engine> => {
  const binary = engineBinary();
  const claim = options.dbPath === undefined ? null : await claimDatabase(options.dbPath);
  try {
    const engine = await startOn(binary, claim);
    void engine.exited.then(() => claim?.release());
    return engine;
  } catch (fault) {
    claim?.release();
    throw fault;
  }
};
