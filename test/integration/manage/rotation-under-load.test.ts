import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { executionIdOf } from '../../../src/domain/execution.ts';
import { startLane } from '../../../src/send/lane/lane.ts';
import { laneRowsIn } from '../../../src/send/lane/lane-rows.ts';
import { attempt } from '../../../src/send/target/attempt.ts';
import { executionsOfEvent, putExecution } from '../../../src/store/executions/executions.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { someExecution } from '../../support/executions.ts';
import { listen, stop } from '../../support/loopback-server.ts';
import { TEST_MASTERS } from '../../support/targets.ts';
import { useEngine } from '../../support/use-engine.ts';

const HOUR = 3_600_000;

const engine = useEngine();
/** So many times as fast as the real one, and ahead by what a test has skipped: a lane looks twice a second. */
const SPEED = 8;
const began = Date.now();
let skipped = 0;
const clock = () => began + (Date.now() - began) * SPEED + skipped;
let app: TestApp;
let event_id: string;
let server: Server;
let port: number;
let isGenuine: (headers: IncomingHttpHeaders, body: Buffer) => boolean;
let refused = 0;
let seen: IncomingHttpHeaders[] = [];

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint, clock, env: { ALLOW_PRIVATE_TARGETS: 'true' } });
  const body = '{"webhookEvent":"jira:issue_deleted","issue":{"id":"501"},"timestamp":1772000000000}';
  event_id = String((await app.deliver(body)).body.event_id);
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const genuine = isGenuine(request.headers, body);
    if (!genuine) refused += 1;
    seen.push(request.headers);
    response.writeHead(genuine ? 204 : 401).end();
  });
  port = await listen(server, 0);
});

afterAll(() => stop(server));

type Subscribed = { subscription_id: string; secret: string };

const subscribe = async (form: object): Promise<Subscribed> => {
  const settings = { name: 'A receiver', url: `http://127.0.0.1:${port}/in`, concurrency: 4, ...form };
  const { body } = await app.manage('POST', '/subscriptions', { body: settings });
  return { subscription_id: String(body.subscription_id), secret: String(body.secret) };
};

/** Waiting for the lane all the time. */
const AHEAD = 8;

/** Makes executions faster than the lane sends them, until it is over. Answers how many there were. */
const feed = async (subscription_id: string, isOver: () => boolean): Promise<number> => {
  const own = someExecution({ tenant_id: 'default', event_id, subscription_id });
  for (let made = 0; ; made += 1) {
    while (made - seen.length > AHEAD && !isOver()) await sleep(2);
    if (isOver()) return made;
    const execution_id = executionIdOf(event_id, subscription_id, made);
    await putExecution(place(), { ...own, execution_id, created_ms: clock(), due_ms: clock() });
  }
};

const place = () => ({ table: app.events.table, tenant: 'default', signal: AbortSignal.timeout(20_000) });

const rotate = async (id: string, rev: number): Promise<string> => {
  const { status, body } = await app.manage('POST', `/subscriptions/${id}/rotate`, {
    body: { force: true },
    rev,
  });
  expect(status).toBe(200);
  return String(body.secret);
};

/** Sends what is made meanwhile, all of it: a lane's time may be over before. Answers how many there were. */
const sendWhile = async (subscription_id: string, steps: () => Promise<void>): Promise<number> => {
  let isOver = false;
  const fed = feed(subscription_id, () => isOver);
  const lanes = (async () => {
    do await sendInLane(subscription_id);
    while (!isOver || (await statusesOf(subscription_id)).includes('queued'));
  })();
  await steps().finally(() => {
    isOver = true;
  });
  await lanes;
  return fed;
};

/** As the send function works in one. */
const sendInLane = async (subscription_id: string): Promise<void> => {
  const { table, rawBodies } = app.events;
  const rows = laneRowsIn(table, clock, { tenant_id: 'default', subscription_id }, 'the lane of the test');
  const rules = { allow_private: true, own_hosts: [] };
  const deps = { table, rawBodies, masters: TEST_MASTERS, rules, resolve: async () => [], clock };
  const row = await rows.subscription();
  if (row === null) throw new Error('expected a subscription');
  const lane = startLane(
    {
      ...{ rows, clock, chance: () => 0, count: () => {}, log: pino({ enabled: false }) },
      ...{ stop: new AbortController().signal, onStatus: async () => {} },
      sleep: (ms, signal) => sleep(ms / SPEED, undefined, { signal }),
      attempt: async (what, signal) => {
        const outcome = await attempt(deps, what, signal);
        if (outcome === 'nothing-to-send') throw new Error('expected an event');
        return outcome;
      },
    },
    row,
  );
  await lane.done;
};

/** Resolves when so many requests were seen. */
const untilSeen = async (count: number): Promise<void> => {
  while (seen.length < count) await sleep(5);
};

const begin = (): void => {
  refused = 0;
  seen = [];
};

const statusesOf = async (id: string): Promise<string[]> => {
  const all = await executionsOfEvent(place(), event_id, clock());
  return all.flatMap(({ subscription_id, status }) => (subscription_id === id ? [status] : []));
};

/** Requests that may be on their way with what the lane knew before. */
const UNDER_WAY = 12;

describe('a rotation while a lane sends all the time', () => {
  it('is noticed by no receiver with one key, because both keys sign until the grace is over', async () => {
    const { subscription_id: id, secret } = await subscribe({ signature: 'standard' });
    begin();
    let mine = new Webhook(secret);
    isGenuine = (headers, body) => {
      try {
        mine.verify(body, headers as Record<string, string>);
        return true;
      } catch {
        return false;
      }
    };
    const signedTwice = () => seen.filter(({ 'webhook-signature': text }) => String(text).includes(' '));
    const made = await sendWhile(id, async () => {
      await untilSeen(UNDER_WAY);
      const next = new Webhook(await rotate(id, 1));
      while (signedTwice().length < UNDER_WAY) await sleep(2);
      mine = next;
      await untilSeen(seen.length + UNDER_WAY);
    });
    expect(refused).toBe(0);
    expect(await statusesOf(id)).toEqual(Array.from({ length: made }, () => 'completed'));
  });

  it('is noticed by no receiver of X-Hub-Signature-256 that takes both keys until the grace is over', async () => {
    const first = Buffer.from('a key that the receiver made').toString('base64');
    const { subscription_id: id } = await subscribe({
      ...{ signature: 'hub-sha256', secret: first, secret_encoding: 'base64', format: 'raw' },
    });
    begin();
    const keys = [Buffer.from(first, 'base64')];
    const used = new Set<number>();
    isGenuine = ({ 'x-hub-signature-256': sent }, body) => {
      const digests = keys.map((key) => `sha256=${createHmac('sha256', key).update(body).digest('hex')}`);
      const which = digests.findIndex((digest) => isSame(digest, String(sent)));
      used.add(which);
      return which !== -1;
    };
    const made = await sendWhile(id, async () => {
      await untilSeen(UNDER_WAY);
      keys.push(Buffer.from(await rotate(id, 1), 'base64'));
      await untilSeen(seen.length + UNDER_WAY);
      expect([...used]).toEqual([0]);
      skipped += 24 * HOUR;
      await untilSeen(seen.length + UNDER_WAY);
    });
    expect([...used]).toEqual([0, 1]);
    expect(refused).toBe(0);
    expect(await statusesOf(id)).toEqual(Array.from({ length: made }, () => 'completed'));
  });
});

const isSame = (one: string, other: string): boolean =>
  one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
