import { randomInt } from 'node:crypto';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClaimedDatabase, claimDatabase, refuseOtherJournal } from './database-lock.ts';
import { type EngineProcess, engineBinary, spawnEngine } from './engine-process.ts';
import { endLeftOverEngines } from './processes.ts';
import { StartError } from './start-error.ts';

/** A running embedded DynamoDB. `exited` resolves with how it ended, for whatever reason. */
export type Engine = { endpoint: string; pid: number; exited: Promise<string>; stop(): Promise<void> };

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

const TRIES = 20;

/**
 * Ports that no browser calls, whatever a page asks for: a page could otherwise read and change the database,
 * because the engine answers preflights with `*` and takes any `Authorization`. They are on the list of bad ports
 * of the Fetch standard (https://fetch.spec.whatwg.org/#port-blocking), and were refused by browsers long before it.
 */
export const PORTS_NO_BROWSER_CALLS = [4045, 6665, 6666, 6667, 6668, 6669] as const;

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

/** What the engine says when another process has its port. */
const PORT_TAKEN = /already in use/i;

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

const READY_MS = 20_000;
const POLL_MS = 10;

/** What the engine says once it has its port. */
const LISTENING = /listening on/i;

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

/** A number of an address's last three parts that is neither the network nor its broadcast address. */
const MOST = 2 ** 24 - 1;

/**
 * A loopback address at random and a port that no page may call: neither can a page reach it, nor do the engines of
 * this machine meet. Linux answers on all of 127.0.0.0/8.
 */
export const engineAddress = (random: (least: number, below: number) => number = randomInt) => {
  const part = random(1, MOST);
  const host = `127.${part >> 16}.${(part >> 8) & 255}.${part & 255}`;
  const port = PORTS_NO_BROWSER_CALLS[random(0, PORTS_NO_BROWSER_CALLS.length)] ?? PORTS_NO_BROWSER_CALLS[0];
  return { host, port };
};
