import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { reconcileKey } from '../../../src/store/calls/keys.ts';
import { putRows } from '../../../src/store/calls/rows.ts';
import {
  type Checkpoint,
  NEW_CHECKPOINT,
  NOTHING_COUNTED,
  putCheckpoint,
} from '../../../src/store/reconcile/checkpoint.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { bodyErrors } from '../../support/openapi.ts';
import { useEngine } from '../../support/use-engine.ts';

/** Noon in Phoenix. */
const NOON = Date.parse('2026-11-20T19:00:00.000Z');
const HOUR = 3_600_000;

const engine = useEngine();
const open = (): Promise<TestApp> => startApp({ endpoint: engine.endpoint, clock: () => NOON });

const place = ({ events }: TestApp, tenant = 'default') => ({
  table: events.table,
  tenant,
  signal: AbortSignal.timeout(30_000),
});

/** A run that is complete, an hour ago. */
const complete = (counters: object): Partial<Checkpoint<unknown>> => ({
  generation: 3,
  began_ms: NOON - 2 * HOUR,
  last: {
    started_ms: NOON - 2 * HOUR - 7_000,
    began_ms: NOON - 2 * HOUR,
    ended_ms: NOON - HOUR,
    counters: { ...NOTHING_COUNTED, ...counters },
  },
});

const put = async (app: TestApp, loop: string, change: Partial<Checkpoint<unknown>>, tenant = 'default') => {
  const written = await putCheckpoint(place(app, tenant), loop, { ...NEW_CHECKPOINT, ...change }, 'me');
  expect(written).not.toBeNull();
};

const ask = async (app: TestApp) => {
  const { status, body } = await app.get('/reconciliation');
  expect(status).toBe(200);
  expect(bodyErrors('reconciliation', 200, 'application/json', body)).toEqual([]);
  return body;
};

const NEVER = { running: false, counters: NOTHING_COUNTED, last_complete: null };

describe('GET /reconciliation', () => {
  it('has nothing to tell where nothing was reconciled, because most deployments have no site', async () => {
    expect(await ask(await open())).toEqual({
      loops: { updates: NEVER, census: NEVER },
      drift: { compared: 0, differed: 0, at: null },
      suspects: 0,
      held: [],
      generated_at: '2026-11-20T12:00:00.000-07:00',
    });
  });

  it('tells the last complete run of each loop, because that is how late it is', async () => {
    const app = await open();
    await put(app, 'updates', complete({ seen: 12, repaired: 2, missed: 1 }));
    const { loops } = z.object({ loops: z.record(z.string(), z.looseObject({})) }).parse(await ask(app));
    expect(loops.census).toEqual(NEVER);
    expect(loops.updates).toEqual({
      running: false,
      counters: NOTHING_COUNTED,
      last_complete: {
        started_at: '2026-11-20T10:00:00.000-07:00',
        ended_at: '2026-11-20T11:00:00.000-07:00',
        counters: { ...NOTHING_COUNTED, seen: 12, repaired: 2, missed: 1 },
      },
    });
  });

  it('finds a loop behind more than a hundred others, because each project that was asked for has one', async () => {
    const app = await open();
    for (let count = 0; count < 101; count += 1) await put(app, `census:K${count}`, {});
    await put(app, 'updates', complete({ seen: 12 }));
    expect(await ask(app)).toMatchObject({
      loops: { updates: { last_complete: { counters: { seen: 12 } } } },
    });
  });

  it('says that a run is under way, first or later, because its counters are not those of the last one', async () => {
    const app = await open();
    const counters = { ...NOTHING_COUNTED, pages: 7 };
    await put(app, 'census', {
      generation: 1,
      under_way: true,
      began_ms: NOON - HOUR,
      counters,
      state: { page: 7 },
    });
    await put(app, 'updates', {
      ...complete({}),
      generation: 4,
      under_way: true,
      began_ms: NOON - 60_000,
      counters,
    });
    expect(await ask(app)).toMatchObject({
      loops: {
        updates: { running: true, counters: { pages: 7 }, last_complete: { counters: { pages: 0 } } },
        census: { running: true, counters: { pages: 7 }, last_complete: null },
      },
    });
  });

  it('sums the drift of all loops over 30 days, because each compares some', async () => {
    const app = await open();
    const day = (compared: number, differed: number) => ({ compared, differed });
    await put(app, 'updates', { ...complete({ compared: 5 }), drift: { '2026-11-20': day(5, 1) } });
    await put(app, 'census', { drift: { '2026-11-19': day(10, 0), '2026-10-20': day(1_000, 1_000) } });
    await put(app, 'thirtieth', { drift: { '2026-10-22': day(100, 2) } });
    expect(await ask(app)).toMatchObject({
      drift: { compared: 115, differed: 3, at: '2026-11-20T11:00:00.000-07:00' },
    });
  });

  it('tells nothing of another tenant, nor of what is no loop, because rows lie side by side', async () => {
    const app = await open();
    await put(app, 'updates', complete({ seen: 1 }), 'other');
    await putRows(place(app), [{ ...reconcileKey('default', 'TURN'), held: true }]);
    expect(await ask(app)).toMatchObject({ loops: { updates: NEVER, census: NEVER } });
  });
});
