import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTable, openApp } from '../../support/app.ts';
import { type Fault, type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';

const HOUR = 3_600_000;
const START = Date.UTC(2026, 10, 29, 12);
const OK = { status: 'ok', checks: { table: 'ok', secret: 'ok' } };
const FAILING = { status: 'failing', checks: { table: 'failing', secret: 'ok' } };

const engine = useEngine();
let proxy: FaultProxy;

beforeAll(async () => {
  proxy = await startFaultProxy(engine.endpoint);
});

afterEach(() => proxy.heal());

afterAll(() => proxy.close());

const open = async () => {
  const tableName = await createTable(engine.endpoint);
  const time = { now: START };
  const dynamodb = { maxAttempts: 1 };
  const app = openApp({ endpoint: proxy.endpoint, tableName, clock: () => time.now, dynamodb });
  let sent = 0;
  const deliver = async () => {
    sent += 1;
    return (await app.deliver(`{"webhookEvent":"sprint_started","timestamp":${sent}}`)).status;
  };
  const health = async () => (await app.get('/health')).body;
  return { time, deliver, health };
};

const writes = { operations: ['PutItem', 'UpdateItem', 'BatchWriteItem'] };
const throttled: Fault = { kind: 'error', status: 400, type: 'ProvisionedThroughputExceededException' };
const denied: Fault = { kind: 'error', status: 400, type: 'AccessDeniedException' };
const broken: Fault = { kind: 'error', status: 500, type: 'InternalServerError' };

describe('/health of a table that is read but takes no writes', () => {
  it.each([
    ['throttles', throttled],
    ['denies', denied],
    ['breaks', broken],
    ['hangs up on', { kind: 'reset' } as const],
  ])('fails at once when it %s the last write, because deliveries are refused', async (_how, fault) => {
    const { deliver, health } = await open();
    expect(await deliver()).toBe(202);
    expect(await health()).toEqual(OK);
    proxy.fail(fault, writes);
    expect(await deliver()).toBe(503);
    expect(await health()).toEqual(FAILING);
    proxy.heal();
    expect(await deliver()).toBe(202);
    expect(await health()).toEqual(OK);
  });

  it('does not stay failing without traffic, and does not recover by time alone', async () => {
    const { time, deliver, health } = await open();
    proxy.fail(denied, writes);
    await deliver();
    for (const passed of [11_000, 31_000, HOUR]) {
      time.now += passed;
      expect(await health()).toEqual(FAILING);
    }
    proxy.heal();
    expect(await health()).toEqual(FAILING);
    time.now += 31_000;
    expect(await health()).toEqual(OK);
  });

  it('says nothing of duplicates and stale deliveries, because a refused condition is an answer', async () => {
    const { health } = await open();
    const tableName = await createTable(engine.endpoint);
    const app = openApp({ endpoint: proxy.endpoint, tableName });
    for (const status of [202, 200, 200])
      expect((await app.deliver('{"webhookEvent":"sprint_closed","timestamp":1}')).status).toBe(status);
    expect((await app.get('/health')).body).toEqual(OK);
    expect(await health()).toEqual(OK);
  });

  it('says nothing of a write that met another one, because the table was there to tell them apart', async () => {
    const { deliver, health } = await open();
    proxy.fail({ kind: 'error', status: 400, type: 'TransactionConflictException' }, writes);
    expect(await deliver()).toBe(503);
    expect(await health()).toEqual(OK);
  });

  it('writes nothing to find out while writes succeed, because /health is open to everybody', async () => {
    const { time, deliver, health } = await open();
    await deliver();
    const before = proxy.seen.length;
    for (let asked = 0; asked < 5; asked += 1) {
      time.now += 60_000;
      await health();
    }
    expect([...new Set(proxy.seen.slice(before).map(({ operation }) => operation))]).toEqual(['GetItem']);
  });
});

describe('/health when the clock is set', () => {
  it.each([
    ['back an hour', -HOUR],
    ['back a day', -24 * HOUR],
    ['ahead an hour', HOUR],
  ])('%s looks again, because what it kept may be older than it seems', async (_how, by) => {
    const { time, health } = await open();
    expect(await health()).toEqual(OK);
    proxy.fail(broken);
    expect(await health()).toEqual(OK);
    time.now += by;
    expect(await health()).toEqual(FAILING);
    proxy.heal();
    time.now -= by;
    expect(await health()).toEqual(OK);
  });
});
