import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedDatabase, claimDatabase } from './database-lock.ts';
import { engineBinary } from './engine-binary.ts';
import { type EngineProcess, spawnEngine } from './engine-process.ts';
import { freePort } from './free-port.ts';
import { endLeftOverEngines } from './left-over.ts';
import { StartError } from './start-error.ts';

/** A running embedded DynamoDB. `exited` resolves with how it ended, whoever ended it. */
export type Engine = { endpoint: string; pid: number; exited: Promise<string>; stop(): Promise<void> };

const READY_MS = 20_000;
const POLL_MS = 10;
const TRIES = 5;

/** What the engine says once it has its port, and when another process took it first. */
const LISTENING = /listening on/i;
const PORT_TAKEN = /already in use/i;

const answers = async (endpoint: string): Promise<boolean> => {
  try {
    return (await fetch(endpoint, { signal: AbortSignal.timeout(1_000) })).ok;
  } catch {
    return false;
  }
};

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

/** Null when the port was taken between finding it and using it. */
const tryPort = async (binary: string, port: number, database: string[]): Promise<Engine | null> => {
  const endpoint = `http://127.0.0.1:${port}`;
  const engine = spawnEngine(binary, ['--host', '127.0.0.1', '--port', String(port), ...database]);
  if ((await isReady(engine, endpoint)) && engine.pid !== undefined)
    return { endpoint, pid: engine.pid, exited: engine.exited, stop: engine.stop };
  const how = await engine.exited;
  if (PORT_TAKEN.test(engine.said())) return null;
  throw new StartError(`The embedded DynamoDB did not start (${how}): ${engine.said() || 'it said nothing'}`);
};

const startOn = async (binary: string, claim: ClaimedDatabase | null): Promise<Engine> => {
  await endLeftOverEngines();
  for (let tried = 0; tried < TRIES; tried++) {
    const engine = await tryPort(binary, await freePort(), claim ? ['--db-path', claim.path] : []);
    if (engine) return engine;
  }
  throw new StartError(`The embedded DynamoDB found no free port in ${TRIES} tries`);
};

/**
 * Starts the embedded DynamoDB on a free loopback port and waits until it answers. Engines that a killed
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
