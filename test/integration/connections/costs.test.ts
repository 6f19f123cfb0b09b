import pMap from 'p-map';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../../support/app.ts';
import { connect } from '../../support/connected.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { issueBody } from '../correlate/bodies.ts';

const cleanUp: (() => Promise<void>)[] = [];
let proxy: FaultProxy;
let app: TestApp;
let nowMs: number;

beforeAll(async () => {
  const engine = await startTestEngine();
  cleanUp.push(engine.stop);
  proxy = await startFaultProxy(engine.endpoint);
  cleanUp.push(proxy.close);
});
beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 22, 19, 0, 0);
  app = await startApp({ endpoint: proxy.endpoint, clock: () => nowMs });
  return () => proxy.heal();
});
afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
});

const body = (id: number) => issueBody(String(id), `ABC-${id}`, 1);

/** The calls that a delivery makes. */
const callsOf = async (deliver: () => Promise<unknown>): Promise<string[]> => {
  proxy.seen.length = 0;
  await deliver();
  return proxy.seen.map(({ operation }) => operation).sort();
};

describe('while its row is cached, a delivery', () => {
  it('makes the calls of a built-in one and no more, with and without a credential that is right', async () => {
    const connected = await connect(app.events);
    const first = await callsOf(() => app.deliverTo(connected, body(1)));
    const builtIn = await callsOf(() => app.deliver(body(2)));
    // Its row, and when it was last used.
    expect(first).toEqual([...builtIn, 'GetItem', 'UpdateItem'].sort());
    nowMs += 1_000;
    expect(await callsOf(() => app.deliverTo(connected, body(2)))).toEqual(builtIn);
    nowMs += 1_000;
    const wrong = () => app.deliverTo(connected, body(3), { secret: 'f'.repeat(64) });
    expect(await callsOf(wrong)).toEqual(['GetItem', 'UpdateItem']);
    expect(await callsOf(() => app.deliverTo(connected, body(3), { secret: null }))).toEqual([]);
  });

  it('writes what was taken where there is a rate, once a second', async () => {
    const connected = await connect(app.events, { rate: { per_minute: 100 } });
    await app.deliverTo(connected, body(1));
    const builtIn = await callsOf(() => app.deliver(body(1)));
    expect(await callsOf(() => app.deliverTo(connected, body(2)))).toEqual(builtIn);
    nowMs += 1_000;
    expect(await callsOf(() => app.deliverTo(connected, body(3)))).toEqual([...builtIn, 'UpdateItem'].sort());
  });
});

describe('a flood of ids that do not exist', () => {
  it('costs one read each and nothing else, and no connection that is there another', async () => {
    const connected = await connect(app.events);
    const begun = performance.now();
    await app.deliverTo(connected, body(1));
    const ids = Array.from({ length: 300 }, (_, n) => `con_${String(n).padStart(22, '0')}`);
    const ask = (id: string) => app.deliverTo(connected, body(1), { path: `/webhooks/${id}`, secret: null });
    const flood = () => pMap(ids, ask, { concurrency: 10 });
    expect(new Set(await callsOf(flood))).toEqual(new Set(['GetItem']));
    // An answer that took more than 2 s is too old to refuse by, which happens on a machine that is busy.
    expect(proxy.seen.length).toBeLessThan(300 * 1.5);
    expect(app.counts.UnknownConnections).toBe(300);
    const again = await callsOf(() => app.deliverTo(connected, body(2)));
    // Else it was read again because its time was over.
    if (performance.now() - begun < 29_000) expect(again).not.toContain('GetItem');
  });
});

describe('a fault of ours', () => {
  const down = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;

  it('is 503 and never a refusal, because a refusal is final', async () => {
    const connected = await connect(app.events);
    proxy.fail(down, { operations: ['GetItem'] });
    for (const secret of [connected.secret, 'f'.repeat(64), null])
      expect((await app.deliverTo(connected, body(1), { secret })).status).toBe(503);
    const path = '/webhooks/con_0000000000000000000000';
    expect((await app.deliverTo(connected, body(1), { path })).status).toBe(503);
    expect(app.counts).toEqual({ Unavailable: 4 });
    proxy.heal();
    expect((await app.deliverTo(connected, body(1))).status).toBe(202);
    nowMs += 2_000;
    proxy.fail(down, { operations: ['GetItem'] });
    expect((await app.deliverTo(connected, body(1), { secret: null })).status).toBe(503);
  });

  it('is 503 as well where its master is not there', async () => {
    const current = { from: 'derived', version: 1, master: 9, encoding: 'text' } as const;
    const connected = await connect(app.events, { current });
    const answer = await app.deliverTo(connected, body(1));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '30']);
  });

  it('refuses nobody for a rate that could not be written, nor a delivery for its note', async () => {
    const connected = await connect(app.events, { rate: { per_minute: 2 } });
    proxy.fail(down, { operations: ['UpdateItem'], when: (sent) => /RATE#|last_/.test(sent) });
    for (const [n, status] of [202, 202, 429].entries())
      expect((await app.deliverTo(connected, body(n + 1))).status).toBe(status);
  });
});
