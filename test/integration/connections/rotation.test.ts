import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Connection, Credential } from '../../../src/domain/connection.ts';
import { isRotating, rotated } from '../../../src/domain/rotation.ts';
import { createTable, openApp } from '../../support/app.ts';
import { change, connect, secretOf } from '../../support/connected.ts';
import { depth } from '../../support/depth.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from '../correlate/bodies.ts';

const engine = useEngine();

const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const HOUR = 3_600_000;
/** What was made, rotated or activated works within this time. */
const FRESH_MS = 2_000;
/** What was revoked stops within this time. */
const CACHED_MS = 30_000;

const derived = (version: number): Credential => ({ from: 'derived', version, master: 1, encoding: 'text' });

it('away from a master that is not there works within 2 s, because a sender is told to come again and is taken', async () => {
  const time = { now: START };
  const tableName = await createTable(engine.endpoint);
  const app = openApp({ endpoint: engine.endpoint, tableName, clock: () => time.now });
  const current: Credential = { from: 'derived', version: 1, master: 9, encoding: 'text' };
  const connected = await connect(app.events, { current });
  const secret = secretOf(connected.connection, 2);
  const answers = () =>
    Promise.all(
      (['POST', 'GET'] as const).map(
        async (method) =>
          (await app.deliverTo(connected, method === 'GET' ? '' : freshBody(), { secret, method })).status,
      ),
    );
  expect(await answers()).toEqual([503, 503]);
  await change(app.events, connected, { current: derived(2) });
  time.now += FRESH_MS;
  expect(await answers()).toEqual([202, 200]);
});

let bodies = 0;
const freshBody = (): string => {
  bodies += 1;
  return issueBody(String(bodies), `ABC-${bodies}`, 1);
};

/** What a delivery with this version is answered by a connection as it was, now. */
const isTaken = (connection: Connection, version: number, nowMs: number): boolean =>
  connection.status === 'active' &&
  (version === connection.current.version ||
    (isRotating(connection, nowMs) && version === connection.previous?.version));

/** Three processes over one table, and a connection that people change while deliveries come. */
const openDrill = async (differing: Partial<Connection> = {}) => {
  const time = { nowMs: START };
  const tableName = await createTable(engine.endpoint);
  const clock = () => time.nowMs;
  const open = () => openApp({ endpoint: engine.endpoint, tableName, clock });
  const processes = [open(), open(), open()];
  const [{ events }] = processes as [ReturnType<typeof open>];
  const connected = await connect(events, { current: derived(1), ...differing });
  const states = [{ from: START, connection: connected.connection }];
  const now = () => states.at(-1)?.connection ?? connected.connection;
  const wrong: string[] = [];
  const taken: unknown[] = [];

  const set = async (differing: Partial<Connection>): Promise<void> => {
    await change(events, connected, differing);
    states.push({ from: time.nowMs, connection: { ...now(), ...differing } });
  };

  /** As it was at any time since so long. */
  const since = (ms: number): Connection[] =>
    states.flatMap(({ connection }, index) =>
      (states[index + 1]?.from ?? Number.POSITIVE_INFINITY) >= time.nowMs - ms ? [connection] : [],
    );

  const deliver = async (to: number, version: number): Promise<number> => {
    const secret = secretOf(connected.connection, version);
    const { status, body } = (await processes[to]?.deliverTo(connected, freshBody(), { secret })) ?? {};
    const may = (states: Connection[], verdict: boolean) =>
      states.some((one) => isTaken(one, version, time.nowMs) === verdict);
    const isRight = status === 202 ? may(since(CACHED_MS), true) : may(since(FRESH_MS), false);
    if (status === 202) taken.push(body?.event_id);
    if (!isRight || (status !== 202 && status !== 401 && status !== 403))
      wrong.push(`${time.nowMs - START} ms: version ${version} was answered ${status} by process ${to}`);
    return status ?? 0;
  };

  const deliverAll = (version: number): Promise<number[]> =>
    Promise.all(processes.map((_, to) => deliver(to, version)));

  return {
    time,
    now,
    set,
    rotate: (hours: number) => set(rotated(now(), derived(now().current.version + 1), time.nowMs, hours)),
    restart: (to: number) => {
      processes[to] = open();
    },
    deliver,
    deliverAll,
    wrong,
    taken,
    stored: async () => {
      const found = await Promise.all(taken.map((id) => processes[0]?.get(`/t/retail/events/${String(id)}`)));
      return found.filter((answer) => answer?.status === 200).length;
    },
  };
};

describe('a rotation while deliveries come', () => {
  it('loses nothing of a sender that is still on the old key, until its time is over', async () => {
    const drill = await openDrill();
    expect(await drill.deliverAll(1)).toEqual([202, 202, 202]);
    await drill.rotate(24);
    for (let seconds = 0; seconds < 40; seconds += 4) {
      expect(await drill.deliverAll(1)).toEqual([202, 202, 202]);
      drill.time.nowMs += 4_000;
      expect(await drill.deliverAll(2)).toEqual([202, 202, 202]);
    }
    drill.time.nowMs = START + 24 * HOUR - 1;
    expect(await drill.deliverAll(1)).toEqual([202, 202, 202]);
    drill.time.nowMs += 1;
    expect(await drill.deliverAll(1)).toEqual([401, 401, 401]);
    expect(await drill.deliverAll(2)).toEqual([202, 202, 202]);
    expect(drill.wrong).toEqual([]);
    expect(await drill.stored()).toBe(drill.taken.length);
  });

  it('ends the old key within 30 seconds where it is known to a thief', async () => {
    const drill = await openDrill();
    await drill.deliverAll(1);
    await drill.rotate(0);
    drill.time.nowMs += CACHED_MS;
    expect(await drill.deliverAll(1)).toEqual([401, 401, 401]);
    expect(await drill.deliverAll(2)).toEqual([202, 202, 202]);
  });

  it('is activated everywhere within 2 seconds, whoever refused it just before', async () => {
    const drill = await openDrill({ status: 'draft' });
    expect(await drill.deliverAll(1)).toEqual([403, 403, 403]);
    await drill.set({ status: 'active' });
    drill.time.nowMs += FRESH_MS;
    expect(await drill.deliverAll(1)).toEqual([202, 202, 202]);
  });

  it('never refuses or takes what the row does not, whatever people do and when it comes', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ to: fc.nat({ max: 2 }), older: fc.nat({ max: 2 }) }) },
      { weight: 4, arbitrary: fc.record({ idle: fc.constantFrom(500, 1_999, 2_000, 10_000, 30_000, HOUR) }) },
      { weight: 1, arbitrary: fc.record({ rotate: fc.constantFrom(0, 1, 24) }) },
      {
        weight: 1,
        arbitrary: fc.record({ status: fc.constantFrom('active' as const, 'disabled' as const) }),
      },
      { weight: 1, arbitrary: fc.record({ restart: fc.nat({ max: 2 }) }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async (steps) => {
        const drill = await openDrill();
        for (const one of steps) {
          if ('idle' in one) drill.time.nowMs += one.idle;
          else if ('rotate' in one) await drill.rotate(one.rotate);
          else if ('status' in one) await drill.set({ status: one.status });
          else if ('restart' in one) drill.restart(one.restart);
          else await drill.deliver(one.to, Math.max(1, drill.now().current.version - one.older));
        }
        expect(drill.wrong).toEqual([]);
        expect(await drill.stored()).toBe(drill.taken.length);
      }),
      { numRuns: depth(5, 60) },
    );
  });
});
