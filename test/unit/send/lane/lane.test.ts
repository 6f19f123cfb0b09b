import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../../../src/domain/instant.ts';
import { PRIORITIES, type Priority } from '../../../../src/domain/subscription.ts';
import {
  anExecution,
  BEGIN_MS,
  createLaneWorld,
  type Fate,
  type Script,
} from '../../../support/lane-world.ts';

const range = (count: number): number[] => Array.from({ length: count }, (_, n) => n);
const OK: Script = () => ({ result: 'ok', ms: 20 });
const DEAD: Script = () => ({ result: 'failed', ms: 20 });
const minutes = (ms: number | undefined): number => Math.round((ms ?? 0) / MINUTE_MS);

describe('a lane', () => {
  it('sends all that is due, each once, no more at a time than it may, and is given back', async () => {
    const world = createLaneWorld(OK);
    world.put(...range(95).map((n) => anExecution(n)));
    expect(await world.run()).toEqual({ end: 'left', sent: 95 });
    expect(new Set(world.seen.map(({ execution_id }) => execution_id)).size).toBe(95);
    expect(world.all().every(({ status, tries }) => status === 'completed' && tries === 1)).toBe(true);
    expect(Math.max(...world.seen.map(({ under_way }) => under_way))).toBe(10);
    expect(world.lane.owner).toBe(null);
    expect(world.counts).toEqual({ ExecutionsCompleted: 95 });
  });

  it('lets no priority starve: six of high, three of normal and one of low in ten while all wait', async () => {
    const world = createLaneWorld(OK);
    const of = (priority: Priority, from: number) =>
      range(200).map((n) => anExecution(from + n, { priority, due_ms: BEGIN_MS - 1_000 + n }));
    world.put(...of('low', 0), ...of('normal', 1_000), ...of('high', 2_000));
    await world.run();
    const first = world.seen.slice(0, 300);
    const count = (priority: Priority) => first.filter((one) => one.priority === priority).length;
    expect(PRIORITIES.map(count)).toEqual([180, 90, 30]);
    const low = world.seen
      .filter(({ priority }) => priority === 'low')
      .map(({ execution_id }) => execution_id);
    expect(low).toEqual(of('low', 0).map(({ execution_id }) => execution_id));
  });

  it('sends what becomes urgent while it is at work before what has waited, because it looks again', async () => {
    const world = createLaneWorld(() => ({ result: 'ok', ms: 200 }), { concurrency: 1 });
    world.put(...range(50).map((n) => anExecution(n, { priority: 'low' })));
    const late = async (): Promise<void> => {
      await world.time.sleep(2_000);
      world.put(anExecution(99, { priority: 'high', due_ms: world.time.clock() }));
    };
    await world.time.run(Promise.all([world.open('one').done, late()]));
    const place = world.seen.findIndex(({ priority }) => priority === 'high');
    expect((world.seen[place]?.at_ms ?? 0) - BEGIN_MS).toBeLessThan(2_000 + 1_000);
  });

  it('uses up no try while its target is dead: five fail, then probes at 1, 2, 4 … 30 minutes, for a day', async () => {
    const world = createLaneWorld(DEAD, { concurrency: 1 });
    world.put(...range(30).map((n) => anExecution(n, { due_ms: BEGIN_MS - 1_000 + n })));
    await world.runFor(26 * HOUR_MS);
    expect(world.statuses.map(({ status }) => status)).toEqual(['open', 'disabled']);
    expect(world.statuses[1]?.at_ms).toBeGreaterThanOrEqual((world.statuses[0]?.at_ms ?? 0) + DAY_MS);
    const probes = world.seen.filter(({ is_probe }) => is_probe);
    const all = [world.statuses[0]?.at_ms ?? 0, ...probes.map(({ at_ms }) => at_ms)];
    const pauses = all.slice(1).map((ms, n) => minutes(ms - (all[n] ?? 0)));
    expect(pauses.slice(0, 5)).toEqual([1, 2, 4, 8, 16]);
    expect(pauses.slice(5).every((pause) => pause === 30 || pause === 31)).toBe(true);
    expect(world.seen.length - probes.length).toBe(5);
    const tries = world.all().map((one) => one.tries);
    expect(tries.reduce((sum, one) => sum + one, 0)).toBe(5);
    expect(Math.max(...tries)).toBe(1);
    expect(world.all().every(({ status }) => status === 'queued')).toBe(true);
    expect(world.all().filter(({ rev }) => rev === 1).length).toBe(24);
    expect(world.counts).toEqual({});
  });

  it('probes with the oldest of the highest priority, because what matters most is to arrive first', async () => {
    const world = createLaneWorld(DEAD, { concurrency: 1 });
    world.put(...range(6).map((n) => anExecution(n, { priority: 'low' })));
    await world.run();
    world.put(...range(3).map((n) => anExecution(50 + n, { priority: 'high', due_ms: BEGIN_MS + 50 - n })));
    await world.runFor(3 * MINUTE_MS);
    const probes = world.seen.filter(({ is_probe }) => is_probe);
    expect(probes.map(({ execution_id }) => execution_id)).toEqual(
      probes.map(() => anExecution(52).execution_id),
    );
    expect(probes.length).toBeGreaterThan(0);
  });

  it('brings all through once the target is back, one at a time first and twice as many with each success', async () => {
    const world = createLaneWorld(
      ({ at_ms }) => ({ result: at_ms < BEGIN_MS + 90_000 ? 'failed' : 'ok', ms: 1_000 }),
      {
        concurrency: 8,
      },
    );
    world.put(...range(60).map((n) => anExecution(n)));
    await world.runFor(30 * MINUTE_MS);
    expect(world.all().every(({ status }) => status === 'completed')).toBe(true);
    expect(world.statuses.map(({ status }) => status)).toEqual(['open', 'active']);
    const back = world.seen.filter(({ at_ms }) => at_ms > (world.statuses[1]?.at_ms ?? 0) - 1);
    expect(back[0]?.under_way).toBe(1);
    expect(Math.max(...back.map(({ under_way }) => under_way))).toBe(8);
    for (const [n, { at_ms, under_way }] of back.entries()) {
      const done = back.slice(0, n).filter((one) => one.at_ms + 1_000 <= at_ms).length;
      expect(under_way).toBeLessThanOrEqual(2 ** done);
    }
  });

  it('is disabled by one 410, keeps all that waits, and sends it when somebody resumes it', async () => {
    const world = createLaneWorld((_, nth) => ({ result: nth === 0 ? 'gone' : 'ok', ms: 20 }), {
      concurrency: 1,
    });
    world.put(...range(10).map((n) => anExecution(n)));
    await world.run();
    expect(world.row?.status).toBe('disabled');
    expect(world.all().every(({ status, tries }) => status === 'queued' && tries === 0)).toBe(true);
    await world.runFor(2 * DAY_MS, HOUR_MS);
    expect(world.seen.length).toBe(1);
    world.change({ status: 'active', failed_in_a_row: 0, width: null });
    await world.run('another');
    expect(world.all().every(({ status }) => status === 'completed')).toBe(true);
  });

  it('stops within a look when somebody pauses it, and keeps what a person did since', async () => {
    const world = createLaneWorld(DEAD, { concurrency: 1 });
    world.put(...range(40).map((n) => anExecution(n)));
    const person = async (): Promise<void> => {
      await world.time.sleep(50);
      world.change({ status: 'paused' });
    };
    await world.time.run(Promise.all([world.open('one').done, person()]));
    expect(world.row).toMatchObject({ status: 'paused', next_probe_ms: null });
    expect(world.seen.length).toBeLessThan(10);
    expect(world.statuses).toEqual([]);
  });

  it('sends no more in any second than its rate, and uses it up', async () => {
    const world = createLaneWorld(OK, { rate_per_second: 5 });
    world.put(...range(100).map((n) => anExecution(n)));
    await world.run();
    const times = world.seen.map(({ at_ms }) => at_ms);
    const most = Math.max(
      ...times.map((from) => times.filter((ms) => ms >= from && ms < from + 1_000).length),
    );
    expect(most).toBeLessThanOrEqual(6);
    expect((times.at(-1) ?? 0) - BEGIN_MS).toBeLessThanOrEqual(21_000);
  });

  it('waits as long as its target asks, and gives up after its last try', async () => {
    const world = createLaneWorld(() => ({ result: 'failed', ms: 20, retry_after_ms: 200_000 }));
    world.put(anExecution(1));
    await world.runFor(30 * MINUTE_MS, 1_000);
    const times = world.seen.map(({ at_ms }) => at_ms);
    expect(times.length).toBe(4);
    expect(times.slice(1).map((ms, n) => Math.round((ms - (times[n] ?? 0)) / 10_000))).toEqual([20, 20, 60]);
    expect(world.all()[0]).toMatchObject({
      status: 'failed',
      reason: 'answered failed',
      tries: 4,
      due_ms: null,
    });
    expect(world.all()[0]?.result).toMatchObject({ status: 500 });
    expect(world.counts).toEqual({ ExecutionsFailed: 1 });
  });

  it('goes on where something of ours fails, tries it again three times, and blames no target', async () => {
    const world = createLaneWorld(({ execution_id }) => ({
      result: execution_id === anExecution(1).execution_id ? 'throw' : 'ok',
      ms: 20,
    }));
    world.put(...range(4).map((n) => anExecution(n)));
    await world.runFor(10 * MINUTE_MS, 1_000);
    expect(world.row?.failed_in_a_row).toBe(0);
    expect(world.rows.get(anExecution(1).execution_id)).toMatchObject({
      status: 'failed',
      reason: 'crashed',
      attempts: 0,
    });
    expect(world.seen.filter(({ execution_id }) => execution_id === anExecution(1).execution_id).length).toBe(
      3,
    );
    expect(world.counts).toEqual({ ExecutionsCompleted: 3, ExecutionsFailed: 1 });
  });

  it('begins nothing after four minutes, ends what is under way, and leaves the rest to the next', async () => {
    const world = createLaneWorld(() => ({ result: 'ok', ms: 10_000 }), {
      concurrency: 1,
      timeout_seconds: 60,
    });
    world.put(...range(100).map((n) => anExecution(n)));
    expect(await world.run()).toMatchObject({ end: 'left' });
    expect(world.time.clock() - BEGIN_MS).toBeLessThanOrEqual(5 * MINUTE_MS);
    expect(world.seen.length).toBeGreaterThan(20);
    expect(world.all().every(({ status }) => status !== 'in_progress')).toBe(true);
  });

  it('begins nothing more once another one has its lane, and writes what was under way', async () => {
    const world = createLaneWorld(() => ({ result: 'ok', ms: 20_000 }), { concurrency: 1 });
    world.put(...range(20).map((n) => anExecution(n)));
    const thief = async (): Promise<void> => {
      await world.time.sleep(25_000);
      Object.assign(world.lane, { owner: 'thief', until_ms: Number.MAX_SAFE_INTEGER });
    };
    const [report] = await world.time.run(Promise.all([world.open('one').done, thief()]));
    expect(report).toEqual({ end: 'lost', sent: 2 });
    expect(world.all().filter(({ status }) => status === 'completed').length).toBe(2);
    expect(world.lane.owner).toBe('thief');
  });

  it('ends every execution exactly once, whatever the target does and whoever tells of it', async () => {
    const answer = fc.record({
      result: fc.constantFrom('ok', 'ok', 'ok', 'failed', 'throw'),
      ms: fc.integer({ min: 0, max: 20_000 }),
    });
    const priority = fc.constantFrom(...PRIORITIES);
    const answers = fc.array(answer, { minLength: 1, maxLength: 40 });
    const hints = fc.array(fc.integer({ min: 0, max: 60_000 }), { maxLength: 10 });
    await fc.assert(
      fc.asyncProperty(answers, fc.array(priority, { maxLength: 25 }), hints, async (script, due, told) => {
        const world = createLaneWorld((_, nth) => script[nth % script.length] ?? { result: 'ok', ms: 0 });
        world.put(...due.map((priority, n) => anExecution(n, { priority })));
        const others = told.map(async (ms, n) => {
          await world.time.sleep(ms);
          await world.open(`hint-${n}`).done;
        });
        const always = world.play(30 * HOUR_MS, 15 * MINUTE_MS);
        await world.time.run(Promise.all([...others, always]));
        const sent = (id: string) => world.seen.filter(({ execution_id }) => execution_id === id).length;
        for (const { status, attempts, execution_id, tries } of world.all()) {
          if (world.row?.status !== 'disabled') expect(['completed', 'failed']).toContain(status);
          expect(world.attempts.get(execution_id)?.length ?? 0).toBe(attempts);
          expect(tries).toBeLessThanOrEqual(4);
          expect(sent(execution_id)).toBeGreaterThanOrEqual(attempts);
        }
      }),
      { numRuns: 25 },
    );
  });

  it('sends all and ends all, whichever calls fail, are answered too late, or end the process', async () => {
    const fate = fc.constantFrom<Fate>('refused', 'lost', 'dies');
    const fates = fc.dictionary(fc.nat(120).map(String), fate, { maxKeys: 12 });
    await fc.assert(
      fc.asyncProperty(fates, fc.integer({ min: 1, max: 12 }), async (met, count) => {
        const world = createLaneWorld(OK, { concurrency: 3 });
        world.fates.of = (nth) => met[String(nth)];
        world.put(...range(count).map((n) => anExecution(n)));
        // The next process comes six minutes after one that died.
        const deaths = Object.values(met).filter((one) => one === 'dies').length;
        await world.runFor((30 + 6 * deaths) * MINUTE_MS);
        for (const { execution_id, status, reason, attempts } of world.all()) {
          const sent = world.seen.filter((one) => one.execution_id === execution_id).length;
          expect(status === 'completed' || reason === 'crashed').toBe(true);
          expect(world.attempts.get(execution_id)?.length ?? 0).toBe(attempts);
          expect(sent).toBeGreaterThanOrEqual(attempts);
          expect(sent - attempts).toBeLessThanOrEqual(Object.keys(met).length);
        }
        expect(world.seen.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
