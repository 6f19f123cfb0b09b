import { randomInt } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedDatabase, claimDatabase, refuseOtherJournal } from './database-lock.ts';
import { type EngineProcess, engineBinary, spawnEngine } from './engine-process.ts';
import { endLeftOverEngines } from './processes.ts';
import { StartError } from './start-error.ts';

/** A running embedded DynamoDB. `exited` resolves with how it ended, whatever the reason. */
export type Engine = { endpoint: string; pid: number; exited: Promise<string>; stop(): Promise<void> };

/**
 * Starts the embedded DynamoDB at an address that no web page can call, and waits until it answers. First ends engines
 * left by killed servers. Several may run at once, each with its own database.
 * @param options.dbPath file that keeps items and stream between runs; without it, in memory.
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

const TRIES = 20;

/**
 * Ports to which browsers refuse to connect. On any other port a page could read and change the database, because the
 * engine answers preflights with `*` and accepts any `Authorization`. They are bad ports of the Fetch standard
 * (https://fetch.spec.whatwg.org/#port-blocking), and browsers blocked them long before it.
 */
export const PORTS_NO_BROWSER_CALLS = [4045, 6665, 6666, 6667, 6668, 6669] as const;

const startOn = async (binary: string, claim: ClaimedDatabase | null): Promise<Engine> => {
  await endLeftOverEngines();
  // Only now: an engine that is terminated first merges its journal into the file.
  if (claim) refuseOtherJournal(claim.path);
  for (let tried = 0; tried < TRIES; tried++) {
    const engine = await tryAddress(binary, claim ? ['--db-path', claim.path] : []);
    if (engine) return engine;
  }
  throw new StartError(
    `The embedded DynamoDB found no free port in ${TRIES} tries: something else listens on ${PORTS_NO_BROWSER_CALLS.join(', ')} of all addresses`,
  );
};

/** The engine's message when another process has its port. */
const PORT_TAKEN = /already in use/i;

/** Null when another process has the port, on this address or on all addresses. */
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

const READY_MS = 20_000;
const POLL_MS = 10;

/** The engine's message once it has its port. */
const LISTENING = /listening on/i;

/** True once it answers; false if it ended first. Requires its own message too: another process may have the port. */
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

/** Uses `node:http`, because `fetch` blocks the engine's ports as browsers do. */
const answers = (endpoint: string): Promise<boolean> =>
  new Promise((done) => {
    const request = get(endpoint, { agent: false, timeout: 1_000 }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => done(false));
  });

/** The last three bytes of an address are from 1 to below this: neither the network nor its broadcast address. */
const MOST = 2 ** 24 - 1;

/**
 * A random loopback address and a port that browsers block, so that no page can reach it and engines on this machine
 * do not collide. Linux answers on all of 127.0.0.0/8.
 */
export const engineAddress = (random: (least: number, below: number) => number = randomInt) => {
  const part = random(1, MOST);
  const host = `127.${part >> 16}.${(part >> 8) & 255}.${part & 255}`;
  const port = PORTS_NO_BROWSER_CALLS[random(0, PORTS_NO_BROWSER_CALLS.length)] ?? PORTS_NO_BROWSER_CALLS[0];
  return { host, port };
};
