import { beforeEach, describe, expect, it } from 'vitest';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { listParked } from '../../../src/store/events/parked.ts';
import { type Processed, putAllDone, putProcessing } from '../../../src/store/events/processing.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody } from './bodies.ts';
import { eventRecord } from './records.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 2, 20, 18);
const signal = AbortSignal.timeout(120_000);

const engine = useEngine();
let now: number;
let app: TestApp;
let correlation: TestCorrelation;

const clock = (): number => now;

/** The engine removes nothing that has expired, as DynamoDB does not for days. */
beforeEach(async () => {
  now = START_MS;
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint), clock });
  correlation = startCorrelation(app, { clock });
  return () => correlation[Symbol.dispose]();
});

const BODY = commitsBody(commit(1, 'ABC-1'));

const deliver = async (): Promise<string> => {
  const { status, body } = await app.deliverCommits('commits', BODY);
  expect(status).toBe(202);
  return String(body.event_id);
};

const processingOf = async (id: string) => (await app.get(`/events/${id}`)).body.processing;
const waiting = async () => (await app.get('/stats?hours=1')).body;
const sweep = () => sweepEvents({ ...correlation.deps, retention_days: 30 });
const expiresAt = () => Math.ceil(now / 1000) + 30 * (DAY_MS / 1000);

const failed = (event_id: string): Processed => ({
  event_id,
  status: 'failed',
  attempts: 3,
  reason: 'for a test',
  retryable: true,
  expires_at: expiresAt(),
});

const park = (id: string) =>
  putProcessing({ table: app.events.table, tenant: 'default', signal }, failed(id), now);

const parked = async (): Promise<string[]> => {
  const ids: string[] = [];
  for await (const page of listParked(
    { table: app.events.table, tenant: 'default', newSignal: () => signal },
    now,
  ))
    ids.push(...page);
  return ids;
};

describe('a status that has expired', () => {
  it('is none of the same bytes that came again, because they are a new event that nobody has handled', async () => {
    const id = await deliver();
    await correlation.run([eventRecord(id)]);
    expect(await processingOf(id)).toMatchObject({ status: 'processed', attempts: 1 });
    now += 31 * DAY_MS;
    expect(await deliver()).toBe(id);
    expect(await processingOf(id)).toEqual({
      status: 'pending',
      attempts: 0,
      first_at: null,
      last_at: null,
      reason: null,
    });
    expect((await app.get('/events')).body.events).toMatchObject([{ processing: { status: 'pending' } }]);
    expect(await waiting()).toMatchObject({ unprocessed: 1 });
    now += 20 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect(await processingOf(id)).toMatchObject({
      status: 'processed',
      attempts: 1,
      first_at: '2026-04-20T18:20:00.000Z',
    });
    expect(await waiting()).toMatchObject({ unprocessed: 0 });
  });

  it('keeps no failure from being parked, because that would lose the event', async () => {
    const id = await deliver();
    await correlation.run([eventRecord(id)]);
    now += 31 * DAY_MS;
    await deliver();
    expect(await park(id)).toBe(true);
    expect(await processingOf(id)).toMatchObject({
      status: 'failed',
      attempts: 3,
      first_at: '2026-04-20T18:00:00.000Z',
    });
    expect(await parked()).toEqual([id]);
  });

  it('that says processed still wins over a failure while it lasts, because another batch handled it', async () => {
    const id = await deliver();
    const done: Processed = { ...failed(id), status: 'processed', reason: null, retryable: false };
    await putAllDone({ table: app.events.table, signal }, [done], now);
    now += 29 * DAY_MS;
    expect(await park(id)).toBe(false);
    expect(await parked()).toEqual([]);
  });

  it('is not among the parked, not counted and not tried again, because its event is gone', async () => {
    const id = await deliver();
    await park(id);
    expect([await parked(), (await waiting()).failed]).toEqual([[id], 1]);
    now += 31 * DAY_MS;
    expect([await parked(), (await waiting()).failed]).toEqual([[], 0]);
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect((await app.get(`/events/${id}`)).status).toBe(404);
  });
});

describe('an event that has expired', () => {
  it('is not found by the sweep, because nobody can handle it any more', async () => {
    await sweep();
    await deliver();
    now += 30 * DAY_MS + MINUTE_MS;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect(correlation.lines.filter(({ alarm }) => alarm === 'sweep-found')).toEqual([]);
  });
});
