import { UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ArtifactStore } from '../../../src/correlate/documents/artifact-store.ts';
import { type Swept, sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { adminEventId } from '../../../src/domain/event-id.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { replayEvent } from '../../../src/ingest/replay.ts';
import { eventKey, processingKey } from '../../../src/store/calls/keys.ts';
import type { Table } from '../../../src/store/calls/table.ts';
import { createConnection } from '../../../src/store/connections/change-connection.ts';
import { type Counts, createTable, openApp, summed, type TestApp } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { scanTable, startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { noise } from '../../support/seed.ts';
import { setBody } from '../../support/set-body.ts';
import { commit, commitsBody, issueBody, shaOf } from './bodies.ts';
import { commitsOf, derivedRows, processingOf } from './derived.ts';
import { putQuarantined } from './quarantined.ts';
import { eventRecord } from './records.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const RETENTION_DAYS = 5;
/** A first sweep asks for every day of these, part by part: no more of them where nothing is older. */
const LATELY = 1;
const ALL_HANDLED = { batchItemFailures: [] };

/** Phoenix is at 23:50 then: what follows falls on two of its days. */
const START_MS = Date.UTC(2026, 2, 20, 6, 50);

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let proxy: FaultProxy;
let now: number;
let app: TestApp;
let correlation: TestCorrelation;

beforeAll(async () => {
  engine = await startTestEngine();
  proxy = await startFaultProxy(engine.endpoint);
});

afterAll(async () => {
  await proxy.close();
  await engine.stop();
});

const clock = (): number => now;

beforeEach(async () => {
  now = START_MS;
  const tableName = await createTable(engine.endpoint);
  const env = { EVENT_RETENTION_DAYS: String(RETENTION_DAYS) };
  app = openApp({ endpoint: engine.endpoint, tableName, clock, env });
  correlation = startCorrelation(app, { clock });
  return () => correlation[Symbol.dispose]();
});

const down = (): Promise<never> => Promise.reject(new UnavailableError('artifacts', new Error('down')));
const SHUT: ArtifactStore = { put: down, replaceIfNewer: down };

const deliver = async (n: number, message: string): Promise<string> =>
  String((await app.deliverCommits('commits', commitsBody(commit(n, message)))).body.event_id);

const sweep = (change: object = {}): Promise<Swept> =>
  sweepEvents({ ...correlation.deps, retention_days: LATELY, ...change });

/** Back to the oldest event that is kept. */
const ALL_KEPT = { retention_days: RETENTION_DAYS };

const statusOf = async (eventId: string): Promise<string> => (await processingOf(app, eventId)).status;

const release = (eventId: string, events = app.events) =>
  replayEvent(events, eventId, clock, AbortSignal.timeout(10_000));

describe('while the artifact store is down', () => {
  it('events are reported handled but stay pending, and the sweep brings their document later', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    const id = await deliver(1, 'ABC-1');
    using shut = startCorrelation(app, { clock, artifacts: SHUT });
    expect(await shut.run()).toEqual(ALL_HANDLED);
    expect(await statusOf(id)).toBe('pending');
    expect(shut.lines.filter(({ alarm }) => alarm !== undefined)).toMatchObject([
      { alarm: 'document-unwritten', reason: 'artifacts unavailable: Error' },
    ]);

    now += 16 * MINUTE_MS;
    expect(await sweep({ artifacts: SHUT })).toEqual({ found: 2, complete: false });
    expect(await statusOf(id)).toBe('pending');

    now += 15 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 2, complete: true });
    expect(await statusOf(id)).toBe('processed');
    expect(correlation.documents()).toHaveLength(1);
    expect(correlation.latest().correlation.summary).toMatchObject({ matched: 1, commits: 1 });
    expect(correlation.lines).toContainEqual(expect.objectContaining({ alarm: 'sweep-found', found: 2 }));
  });
});

describe('the sweep', () => {
  it('finds nothing the second time, and then writes nothing but how far it came', async () => {
    await deliver(1, 'ABC-1');
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    const rows = await derivedRows(app);
    const count = (await scanTable(app)).length;
    now += 15 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect(correlation.documents()).toHaveLength(1);
    expect(await derivedRows(app)).toEqual(rows);
    expect(await scanTable(app)).toHaveLength(count);
  });

  it('leaves events of the last 15 minutes to the stream', async () => {
    const old = await deliver(1, 'ABC-1');
    now += 2 * MINUTE_MS;
    const young = await deliver(2, 'ABC-2');
    now += 14 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect([await statusOf(old), await statusOf(young)]).toEqual(['processed', 'pending']);
    now += 15 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect(await statusOf(young)).toBe('processed');
  });

  it('leaves alone what is handled, parked, or waits in quarantine', async () => {
    const handled = await deliver(1, 'ABC-1');
    await correlation.run();
    await putQuarantined(app, commitsBody(commit(2, 'ABC-2')), now);
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect(await processingOf(app, handled)).toMatchObject({ status: 'processed', attempts: 1 });
  });

  it('and the stream leave alone who changed what is configured, because it tells of no issue and no commit', async () => {
    const connection = someConnection({ tenant_id: 'default', name: 'ABC-1' });
    const audit = { who: 'local', what: 'connection-created' } as const;
    await createConnection(app.events, connection, audit, someRun(now));
    const id = adminEventId('default', connection.connection_id, 1);
    const count = (await scanTable(app)).length;
    expect(await correlation.run([eventRecord(id)])).toEqual(ALL_HANDLED);
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect((await scanTable(app)).filter(({ pk }) => pk === `E#${id}`)).toHaveLength(1);
    // What the sweep writes down of itself.
    expect(await scanTable(app)).toHaveLength(count + 1);
    expect(correlation.documents()).toEqual([]);
    expect(await processingOf(app, id)).toMatchObject({ status: 'not_needed', attempts: 0 });
    const { body } = await app.get('/stats');
    expect(body).toMatchObject({ unprocessed: 0, failed: 0, outcomes: { recorded: 0 }, event_types: {} });
  });

  it('finds events of every day since they could have been left, in batches of 100', async () => {
    for (const [day, deliveries] of [101, 1, 1].entries()) {
      for (let n = 0; n < deliveries; n += 1) await deliver(200 * day + n, 'ABC-1');
      now += DAY_MS;
    }
    expect(await sweep(ALL_KEPT)).toEqual({ found: 103, complete: true });
    expect(correlation.documents()).toHaveLength(4);
    expect((await app.get('/stats?hours=720')).body).toMatchObject({ unprocessed: 0, lag_seconds: 0 });
  });

  it('keeps its mark until everything is done, because what it passes it looks at no more', async () => {
    const id = await deliver(1, 'ABC-1');
    now += 2 * DAY_MS;
    expect(await sweep({ ...ALL_KEPT, artifacts: SHUT })).toEqual({ found: 1, complete: false });
    now += 2 * DAY_MS;
    expect(await sweep(ALL_KEPT)).toEqual({ found: 1, complete: true });
    expect(await statusOf(id)).toBe('processed');
  });
});

describe('an event that was parked because the table did not answer for a second or two', () => {
  const REFUSED = { kind: 'error', status: 500, type: 'InternalServerError' } as const;

  /** The table by a way on which calls about commit 1 fail, until the proxy is healed. */
  const refusing = (): Table => {
    proxy.fail(REFUSED, { when: (body) => body.includes(shaOf(1)) });
    return openApp({ endpoint: proxy.endpoint, tableName: app.events.table.name }).events.table;
  };

  const runRefused = async (): Promise<void> => {
    using refused = startCorrelation(app, { clock, table: refusing() });
    expect(await refused.run()).toEqual(ALL_HANDLED);
    proxy.heal();
  };

  const setAttempts = (eventId: string, attempts: number) =>
    app.events.table.documentClient.send(
      new UpdateCommand({
        TableName: app.events.table.name,
        Key: processingKey(eventId),
        UpdateExpression: 'SET attempts = :attempts',
        ExpressionAttributeValues: { ':attempts': attempts },
      }),
    );

  it('is handled by the next sweep, because nobody should have to replay what an outage left', async () => {
    await app.deliver(issueBody('1', 'ABC-1', 1));
    const id = await deliver(1, 'ABC-1');
    await runRefused();
    expect(await processingOf(app, id)).toMatchObject({ status: 'failed', attempts: 3 });
    expect((await app.get('/stats')).body).toMatchObject({ failed: 1 });
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect(await processingOf(app, id)).toMatchObject({ status: 'processed', attempts: 4, reason: null });
    expect(await commitsOf(app, 'ABC-1')).toEqual(['1 message']);
    expect((await app.get('/stats')).body).toMatchObject({ failed: 0 });
  });

  it('rings the alarm when it is parked and not in each sweep, because one that rings all day says nothing', async () => {
    const id = await deliver(1, 'ABC-1');
    await runRefused();
    now += 16 * MINUTE_MS;
    const counts: Counts = {};
    expect(await sweep({ table: refusing(), count: summed(counts) })).toEqual({ found: 0, complete: true });
    proxy.heal();
    expect(counts.ProcessingFailed).toBeUndefined();
    expect(await processingOf(app, id)).toMatchObject({ status: 'failed', attempts: 6 });
    now += 15 * MINUTE_MS;
    await sweep();
    expect(await statusOf(id)).toBe('processed');
  });

  it('is not tried twice in one sweep, because six tries in a row tell no more than three', async () => {
    const id = await deliver(1, 'ABC-1');
    now += 16 * MINUTE_MS;
    const begun = now;
    const ticking = () => {
      now += 1;
      return now;
    };
    await sweep({ table: refusing(), clock: ticking });
    proxy.heal();
    expect(now).toBeGreaterThan(begun);
    expect(await processingOf(app, id)).toMatchObject({ status: 'failed', attempts: 3 });
  });

  it('is left to a replay after a day of tries, and rings again, because what fails so long needs somebody to look', async () => {
    const id = await deliver(1, 'ABC-1');
    await runRefused();
    await setAttempts(id, 288);
    now += 16 * MINUTE_MS;
    const counts: Counts = {};
    await sweep({ count: summed(counts) });
    expect(counts.ProcessingFailed).toBe(1);
    expect(await processingOf(app, id)).toMatchObject({ status: 'failed', attempts: 288 });
    expect((await app.get('/stats')).body).toMatchObject({ failed: 1 });
    await setAttempts(id, 3);
    await sweep({ count: summed(counts) });
    expect(counts.ProcessingFailed).toBe(1);
    expect(await processingOf(app, id)).toMatchObject({ status: 'failed', attempts: 3 });
  });

  it('is tried in the last sweep of that day, because the table may be back', async () => {
    const id = await deliver(1, 'ABC-1');
    await runRefused();
    await setAttempts(id, 287);
    now += 16 * MINUTE_MS;
    await sweep();
    expect(await statusOf(id)).toBe('processed');
  });

  it('is handled where its raw body could not be read, because that is an outage too', async () => {
    const text = noise(500_000).toString('base64');
    const body = commitsBody(commit(7, `ABC-1 ${text}`), commit(8, 'ABC-2'));
    const id = String((await app.deliverCommits('commits', body)).body.event_id);
    using shut = startCorrelation(app, { clock, rawBodies: { ...app.events.rawBodies, get: down } });
    expect(await shut.run()).toEqual(ALL_HANDLED);
    expect(await statusOf(id)).toBe('failed');
    now += 16 * MINUTE_MS;
    await sweep();
    expect(await statusOf(id)).toBe('processed');
  });
});

describe('an event that was parked because it cannot be read', () => {
  it('is not tried again by a sweep, because it would fail the same way', async () => {
    const id = await deliver(1, 'ABC-1');
    await setBody(app, eventKey(id), Buffer.from('garbage'));
    await correlation.run();
    now += 16 * MINUTE_MS;
    await sweep();
    const rows = await scanTable(app);
    expect(rows.find(({ sk }) => sk === 'P')).toMatchObject({ status: 'failed', attempts: 1 });
  });
});

describe('an event that is replayed out of quarantine and not correlated, because the replay ended there', () => {
  it('is found by the next sweep, although the stream had passed it and the mark too', async () => {
    const id = await putQuarantined(app, commitsBody(commit(1, 'ABC-1')), now);
    expect(await correlation.run([eventRecord(id)])).toEqual(ALL_HANDLED);
    now += 2 * DAY_MS;
    await sweep();
    now += DAY_MS;
    expect(await release(id)).toEqual({ kind: 'released', outcome: 'recorded' });
    expect(await statusOf(id)).toBe('pending');
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect(await statusOf(id)).toBe('processed');
    expect(await commitsOf(app, 'ABC-1').catch(() => 'unknown')).toBe('unknown');
  });

  it('is found by the first sweep of all, although it is older than events are kept', async () => {
    const id = await putQuarantined(app, commitsBody(commit(1, 'ABC-1')), now);
    now += 2 * RETENTION_DAYS * DAY_MS;
    await release(id);
    now += 16 * MINUTE_MS;
    expect(await sweep(ALL_KEPT)).toEqual({ found: 1, complete: true });
    expect(await statusOf(id)).toBe('processed');
  });

  it('is found by the sweep after one that was under way, because that one may have passed it', async () => {
    const first = await putQuarantined(app, commitsBody(commit(1, 'ABC-1')), now);
    const second = await putQuarantined(app, commitsBody(commit(2, 'ABC-1')), now);
    now += 2 * DAY_MS;
    await sweep();
    await release(first);
    now += 16 * MINUTE_MS;

    const { table } = openApp({ endpoint: proxy.endpoint, tableName: app.events.table.name }).events;
    const isMark = (body: string): boolean => body.includes('SWEEP#');
    proxy.fail({ kind: 'slow', ms: 600 }, { operations: ['UpdateItem'], when: isMark, times: 1 });
    const struck = proxy.nextStrike();
    const underWay = sweep({ table });
    await struck;
    await release(second);
    expect(await underWay).toEqual({ found: 1, complete: true });
    expect([await statusOf(first), await statusOf(second)]).toEqual(['processed', 'pending']);
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect(await statusOf(second)).toBe('processed');
  });

  it('is found even if a whole sweep fell between its lowering of the mark and its release', async () => {
    const id = await putQuarantined(app, commitsBody(commit(1, 'ABC-1')), now);
    now += 2 * DAY_MS;
    await sweep();
    const slow = openApp({ endpoint: proxy.endpoint, tableName: app.events.table.name });
    proxy.fail({ kind: 'slow', ms: 600 }, { operations: ['PutItem'], times: 1 });
    const struck = proxy.nextStrike();
    const released = release(id, slow.events);
    await struck;
    expect(await sweep()).toEqual({ found: 0, complete: true });
    expect(await released).toEqual({ kind: 'released', outcome: 'recorded' });
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ found: 1, complete: true });
    expect(await statusOf(id)).toBe('processed');
  });
});
