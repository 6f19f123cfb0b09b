import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { replayEvent } from '../../../src/ingest/replay.ts';
import { publishEvents } from '../../../src/publish/publish-events.ts';
import { sweepPublish } from '../../../src/publish/sweep.ts';
import { updateIf } from '../../../src/store/calls/conditional-write.ts';
import { tenantKey } from '../../../src/store/calls/keys.ts';
import { createConnection } from '../../../src/store/connections/change-connection.ts';
import { readPublishMark } from '../../../src/store/executions/publish-mark.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { someConnection, someRun } from '../../support/connections.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody } from '../correlate/bodies.ts';
import { putQuarantined } from '../correlate/quarantined.ts';
import { type Fate, openWorld, type PublishWorld, RETENTION_DAYS, tableWith, tableWithout } from './world.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const NOTHING = { made: 0, complete: true };

/** Phoenix is at 23:50 then: what follows falls on two of its days. */
const START_MS = Date.UTC(2026, 2, 20, 6, 50);

const engine = useEngine();
let app: TestApp;
let world: PublishWorld;
let now: number;

beforeAll(async () => {
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint) });
});

beforeEach(() => {
  now = START_MS;
  world = openWorld(app, () => now);
});

const sweep = (change: object = {}) => sweepPublish({ ...world.deps, ...change });

const failing = (...fates: Fate[]) => ({ table: tableWith(app.events.table, fates) });

const markOf = async (): Promise<number | null> => {
  const place = { table: app.events.table, tenant: world.tenant, signal: AbortSignal.timeout(10_000) };
  return (await readPublishMark(place)).swept_ms;
};

describe('the sweep', () => {
  it('publishes what the stream lost, tells of it, and finds nothing the second time', async () => {
    await world.subscribe();
    const lost = await world.store();
    const brought = await world.store();
    await publishEvents(world.deps, [brought]);
    now += 16 * MINUTE_MS;
    expect(await sweep()).toEqual({ made: 1, complete: true });
    expect(world.hints.map(({ execution_ids }) => execution_ids.length)).toEqual([1, 1]);
    expect(world.lines).toMatchObject([{ tenant_id: world.tenant, made: 1 }]);
    expect(await sweep()).toEqual(NOTHING);
    for (const id of [lost, brought]) expect(await world.executionsOf(id)).toHaveLength(1);
  });

  it('leaves the last five minutes to the stream, and begins again before where it ended', async () => {
    await world.subscribe();
    now += MINUTE_MS;
    await world.store();
    now += 5 * MINUTE_MS;
    expect(await sweep()).toEqual(NOTHING);
    expect(await markOf()).toBe(START_MS + MINUTE_MS);
    now += 15 * MINUTE_MS;
    // Written late, by a receiver whose clock is slow.
    await world.store({ received_ms: START_MS });
    expect(await sweep()).toEqual({ made: 2, complete: true });
    expect(await markOf()).toBe(now - 5 * MINUTE_MS);
  });

  it('stays where it is while the table takes not all, because the rest would be passed over', async () => {
    await world.subscribe({ matches_since_ms: now });
    const ids = [await world.store(), await world.store()];
    now += 20 * MINUTE_MS;
    expect(await sweep(failing('answered', 'refused'))).toEqual({ made: 1, complete: false });
    expect(await markOf()).toBeNull();
    now += 15 * MINUTE_MS;
    expect(await sweep()).toEqual({ made: 1, complete: true });
    for (const id of ids) expect(await world.executionsOf(id)).toHaveLength(1);
  });

  it('remembers each day that is complete, because a long one may be ended before the last', async () => {
    await world.subscribe();
    await world.store();
    now += DAY_MS;
    await world.store();
    now += DAY_MS + 20 * MINUTE_MS;
    expect(await sweep(failing('answered', 'refused'))).toEqual({ made: 1, complete: false });
    expect(await markOf()).toBe(Date.UTC(2026, 2, 20, 7));
    expect(await sweep()).toEqual({ made: 1, complete: true });
  });

  it('sends no history: neither of before a subscription nor of before its filter was changed', async () => {
    await world.store();
    now += 30 * MINUTE_MS;
    await world.subscribe({ matches_since_ms: now });
    const wanted = await world.store();
    now += 30 * MINUTE_MS;
    expect(await sweep()).toEqual({ made: 1, complete: true });
    expect(await world.executionsOf(wanted)).toHaveLength(1);
  });

  it('remembers nothing while nothing is subscribed, because there is nothing to miss', async () => {
    await world.subscribe({ status: 'deleted' });
    await world.store();
    now += RETENTION_DAYS * DAY_MS;
    expect(await sweep()).toEqual(NOTHING);
    expect(await markOf()).toBeNull();
  });

  it('finds subscriptions whose tenant lost its mark, because a restored table may have it so', async () => {
    await world.subscribe();
    const { table } = app.events;
    const place = { table, signal: AbortSignal.timeout(10_000) };
    await updateIf(place, {
      key: tenantKey(world.tenant),
      update: 'REMOVE subscribed',
      condition: 'attribute_exists(pk)',
    });
    const event_id = await world.store();
    now += 6 * MINUTE_MS;
    await publishEvents(world.deps, [event_id]);
    expect(await world.executionsOf(event_id)).toEqual([]);
    expect(await sweep()).toEqual({ made: 1, complete: true });
    const next = await world.store();
    await publishEvents(world.deps, [next]);
    expect(await world.executionsOf(next)).toHaveLength(1);
  });

  it('goes on with other tenants when one cannot be read, and fails in the end', async () => {
    const tenant = `${world.tenant}-b`;
    const audit = { who: 'local', what: 'connection-created' } as const;
    await createConnection(app.events, someConnection({ tenant_id: tenant }), audit, someRun(now));
    await world.subscribe();
    await world.store();
    await world.subscribe({ tenant_id: tenant });
    await world.store({ tenant });
    now += 20 * MINUTE_MS;
    const table = tableWithout(app.events.table, `${world.tenant}#subscription`);
    await expect(sweep({ table })).rejects.toThrow(UnavailableError);
    expect(world.hints).toMatchObject([{ tenant_id: tenant }]);
    expect(world.lines).toContainEqual(
      expect.objectContaining({ tenant_id: world.tenant, msg: 'not published again' }),
    );
    expect(await sweep()).toEqual({ made: 1, complete: true });
  });
});

describe('what leaves quarantine', () => {
  const release = (eventId: string) =>
    replayEvent({ ...app.events, tenant: world.tenant }, eventId, () => now, AbortSignal.timeout(10_000));

  const quarantine = (n: number) =>
    putQuarantined(
      { ...app, events: { ...app.events, tenant: world.tenant } },
      commitsBody(commit(n, `${world.tenant} ABC-1`)),
      now,
    );

  it('is published by the next sweep, which looks again at when it came', async () => {
    await world.subscribe();
    const event_id = await quarantine(1);
    now += DAY_MS;
    expect(await sweep()).toEqual(NOTHING);
    expect(await release(event_id)).toMatchObject({ kind: 'released' });
    expect(await sweep()).toEqual({ made: 1, complete: true });
    expect(await world.executionsOf(event_id)).toHaveLength(1);
  });

  it('is not passed over by a sweep between the mark and the release, because that one leaves the mark', async () => {
    await world.subscribe();
    const event_id = await quarantine(2);
    now += DAY_MS;
    await sweep();
    await release(event_id);
    const lowered = await markOf();
    expect(lowered).toBe(START_MS);
    now += 4 * MINUTE_MS;
    await sweep();
    expect(await markOf()).toBe(lowered);
    now += 2 * MINUTE_MS;
    await sweep();
    expect(await markOf()).toBe(now - 5 * MINUTE_MS);
  });
});
