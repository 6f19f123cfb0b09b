import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { processBatch } from '../../../src/correlate/run/process-batch.ts';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import { openApp, startApp, type TestApp } from '../../support/app.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, issueBody } from './bodies.ts';
import { commitsOf, processingOf } from './derived.ts';

const HEAVY = 'acme/heavy';

const engine = useEngine();

type World = { app: TestApp; correlation: TestCorrelation } & Disposable;

const open = async (): Promise<World> => {
  const app = await startApp({ endpoint: engine.endpoint });
  const correlation = startCorrelation(app);
  return { app, correlation, [Symbol.dispose]: () => correlation[Symbol.dispose]() };
};

/** The app's table, through clients that wait with every call about the heavy repository. */
const slowTable = (app: TestApp, pause: () => Promise<unknown>) => {
  const { table } = openApp({ endpoint: engine.endpoint, tableName: app.events.table.name }).events;
  for (const client of [table.client, table.documentClient])
    client.middlewareStack.add(
      (next) => async (args) => {
        if (JSON.stringify(args.input).includes(HEAVY)) await pause();
        return next(args);
      },
      { step: 'initialize', name: 'slow' },
    );
  return table;
};

/** Delivers commits of a heavy and of another repository, and an issue; the ids of their events. */
const deliverAll = async (app: TestApp) => {
  const heavy = { repository: HEAVY, commits: [commit(1, 'ABC-1'), commit(2, 'ABC-1 ABC-2')] };
  const bodies = [JSON.stringify(heavy), commitsBody(commit(3, 'ABC-1'))];
  const ids = [];
  for (const body of bodies) ids.push(String((await app.deliverCommits('commits', body)).body.event_id));
  const issue = String((await app.deliver(issueBody('1', 'ABC-1', 1))).body.event_id);
  return { heavy: ids[0] ?? '', other: ids[1] ?? '', issue };
};

const statusOf = async (app: TestApp, eventId: string): Promise<string> =>
  (await processingOf(app, eventId)).status;

// They wait more than they work.
describe.concurrent('a delivery that takes long', () => {
  it('holds nothing else of its batch, because what is done is written down first', async () => {
    using world = await open();
    const { app, correlation } = world;
    const ids = await deliverAll(app);
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const deps = { ...correlation.deps, table: slowTable(app, () => released) };
    const limits = { together_ms: 3_000, issue_ms: 30_000, alone_ms: 60_000, batch_ms: 600_000 };
    const batch = processBatch(deps, Object.values(ids), limits);
    const done = async () => [await statusOf(app, ids.other), await statusOf(app, ids.issue)];
    await vi.waitFor(async () => expect(await done()).toEqual(['processed', 'processed']), {
      timeout: 40_000,
      interval: 100,
    });
    expect(await statusOf(app, ids.heavy)).toBe('pending');
    expect(await commitsOf(app, 'ABC-1')).toEqual(['3 message']);
    expect(correlation.latest().correlation.matched).toMatchObject([{ issue_id: '1' }]);
    release();
    expect(await batch).toMatchObject({ failed: 0, complete: true });
    expect(await processingOf(app, ids.heavy)).toMatchObject({ status: 'processed', attempts: 2 });
    expect((await processingOf(app, ids.other)).attempts).toBe(1);
    expect(correlation.latest().correlation.matched[0]?.commits).toHaveLength(3);
    expect(correlation.documents()).toHaveLength(2);
  });

  it('is parked after two more tries alone, and waits for a replay, because it would take as long each time', async () => {
    using world = await open();
    const { app, correlation } = world;
    const ids = await deliverAll(app);
    const deps = { ...correlation.deps, table: slowTable(app, () => sleep(6_000)) };
    const limits = { together_ms: 3_000, issue_ms: 30_000, alone_ms: 1_500, batch_ms: 600_000 };
    expect(await processBatch(deps, Object.values(ids), limits)).toMatchObject({ failed: 1, complete: true });
    expect(await processingOf(app, ids.heavy)).toMatchObject({
      status: 'failed',
      attempts: 3,
      reason: 'not done within 1.5 s',
    });
    expect(await statusOf(app, ids.other)).toBe('processed');
  });

  it('is left to the sweep when its batch has no time for it, because a function ends after a while', async () => {
    using world = await open();
    const { app, correlation } = world;
    const ids = await deliverAll(app);
    const slow = { ...correlation.deps, table: slowTable(app, () => sleep(6_000)) };
    const limits = { together_ms: 3_000, issue_ms: 30_000, alone_ms: 60_000, batch_ms: 0 };
    expect(await processBatch(slow, Object.values(ids), limits)).toMatchObject({ failed: 1, complete: true });
    expect(await processingOf(app, ids.heavy)).toMatchObject({ status: 'failed', attempts: 1 });
    await sweepEvents({ ...correlation.deps, clock: () => Date.now() + 60_000, retention_days: 3 });
    expect(await statusOf(app, ids.heavy)).toBe('processed');
  });
});
