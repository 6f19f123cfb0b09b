import { beforeEach, describe, expect, it } from 'vitest';
import { localContext } from '../../../src/local/lambda-input.ts';
import { createPublishHandler } from '../../../src/publish/handler.ts';
import { publishEvents } from '../../../src/publish/publish-events.ts';
import { startLanes } from '../../../src/publish/start-lanes.ts';
import { changeExecution } from '../../../src/store/executions/change-execution.ts';
import { changeSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import type { SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { someRun } from '../../support/connections.ts';
import { useEngine } from '../../support/use-engine.ts';
import { openWorld, type PublishWorld } from './world.ts';

const NOW = Date.UTC(2026, 10, 29, 12);

const engine = useEngine();
let app: TestApp;
let world: PublishWorld;
let now: number;

// A table of its own: what is due is asked for all tenants.
beforeEach(async () => {
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint) });
  now = NOW;
  world = openWorld(app, () => now);
});

/** One waiting execution, and nobody who was told of it. */
const waiting = async (count = 1): Promise<string> => {
  let event_id = '';
  for (let n = 0; n < count; n++) event_id = await world.store();
  await publishEvents({ ...world.deps, hint: async () => {} }, [event_id]);
  return event_id;
};

const become = (row: SubscriptionRow, status: SubscriptionRow['status']) =>
  changeSubscription(
    app.events,
    row,
    { ...row, status },
    { who: 'local', what: 'subscription-changed' },
    someRun(now),
  );

const start = () => startLanes(world.deps, { measure: false });

const told = () => world.hints.map(({ subscription_id }) => subscription_id);

describe('lanes are started', () => {
  it('where something is due that nobody told of, because a hint may be lost', async () => {
    const { subscription_id } = await world.subscribe();
    await world.subscribe({ matches_since_ms: NOW + 1 });
    await waiting();
    await start();
    expect(world.hints).toEqual([
      { task: 'send', tenant_id: world.tenant, subscription_id, execution_ids: [] },
    ]);
  });

  it('when a try is due and not before, because until then there is nothing to do', async () => {
    const { subscription_id } = await world.subscribe();
    const event_id = await waiting();
    const [execution] = await world.executionsOf(event_id);
    if (execution === undefined) throw new Error('there is none');
    const place = { table: app.events.table, signal: AbortSignal.timeout(10_000) };
    await changeExecution(place, execution, { ...execution, due_ms: NOW + 30_000 });
    await start();
    expect(told()).toEqual([]);
    now += 30_000;
    await start();
    expect(told()).toEqual([subscription_id]);
  });

  it('not where the target is left alone, but for one that is deleted, whose lane cancels what waits', async () => {
    const paused = await world.subscribe();
    const deleted = await world.subscribe();
    await waiting();
    await become(paused, 'paused');
    await become(deleted, 'deleted');
    await start();
    expect(told()).toEqual([deleted.subscription_id]);
  });
});

describe("the minute's run", () => {
  const run = () =>
    createPublishHandler(world.deps)(
      { task: 'start-lanes' },
      localContext('test', () => now),
    );

  it('tells how many wait, and for how long the oldest that may be sent', async () => {
    const paused = await world.subscribe();
    await waiting();
    await become(paused, 'paused');
    now += 60_000;
    await world.subscribe({ matches_since_ms: now });
    await waiting();
    now += 7_000;
    await run();
    expect(world.counts).toEqual({ ExecutionsWaiting: 3, OldestDueSeconds: 7 });
  });

  it('wakes the lane of a target that was disabled just now, because people may not have been told', async () => {
    const row = await world.subscribe();
    await waiting();
    await become({ ...row, status_ms: now }, 'disabled');
    await run();
    now += 3_600_000;
    await run();
    expect(told()).toEqual([row.subscription_id]);
  });

  it('tells of an empty queue too, because an alarm must come to an end', async () => {
    await world.subscribe();
    await run();
    expect(world.counts).toEqual({ ExecutionsWaiting: 0, OldestDueSeconds: 0 });
  });
});
