import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRates, type Passage, type Rates } from '../../../../src/ingest/connections/rates.ts';
import type { Share } from '../../../../src/store/connections/rate.ts';

const ID = 'con_AbCdEfGhIjKlMnOpQrS-_1';
const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const signal = new AbortController().signal;

/** The rows of the minutes, as the table keeps them: what each process took. */
const newTable = () => {
  const shares = new Map<string, number>();
  let told = 0;
  const tell = async ({ connection_id, minute, process, taken }: Share): Promise<number> => {
    told += 1;
    const row = `${connection_id} ${minute} `;
    shares.set(`${row}${process}`, taken);
    return [...shares].reduce((sum, [key, share]) => (key.startsWith(row) ? sum + share : sum), 0);
  };
  return { tell, told: () => told };
};

/** Processes over one table and one clock. */
const newProcesses = (count: number, tell = newTable().tell) => {
  const time = { nowMs: START };
  const clock = () => time.nowMs;
  const processes = Array.from({ length: count }, () =>
    createRates({ exchangeCounts: tell, clock, steady: clock }),
  );
  return { time, processes };
};

const takeOf = (rates: Rates | undefined, per_minute: number): Promise<Passage> => {
  if (rates === undefined) throw new Error('there is no such process');
  return rates.take({ connection_id: ID, rate: { per_minute } }, signal);
};

/** Deliveries within one minute: how long after the one before, and to which process. */
const arrivals = fc.array(
  fc.record({ after: fc.oneof(fc.constant(0), fc.nat({ max: 1_500 })), to: fc.nat({ max: 3 }) }),
  {
    minLength: 1,
    maxLength: 80,
  },
);

/** The times of those that passed, and of all. */
const play = async (sent: { after: number; to: number }[], perMinute: number) => {
  const { time, processes } = newProcesses(4);
  const all: { at: number; passes: Promise<Passage> }[] = [];
  for (const { after, to } of sent) {
    // Those that come at once are under way at once.
    if (after > 0) await Promise.all(all.map(({ passes }) => passes));
    time.nowMs += after;
    all.push({ at: time.nowMs, passes: takeOf(processes[to], perMinute) });
  }
  return Promise.all(all.map(async ({ at, passes }) => ({ at, passed: (await passes).passes })));
};

type Played = Awaited<ReturnType<typeof play>>;

const minuteOf = (at: number): number => Math.floor(at / 60_000);

const inEachMinute = (played: Played): Played[] =>
  Object.values(Object.groupBy(played, ({ at }) => minuteOf(at))).flatMap((group) => (group ? [group] : []));

const passedIn = (group: Played): Played => group.filter(({ passed }) => passed);

/** The most that arrived within any second and a moment: as long as a process may go on not knowing. */
const busiestSecond = (group: Played): number =>
  Math.max(
    ...group.map(({ at }) => group.filter((other) => other.at >= at && other.at <= at + 1_000).length),
  );

describe('the rate of a connection', () => {
  it('costs nothing where there is none', async () => {
    const { tell, told } = newTable();
    const { processes } = newProcesses(1, tell);
    expect(await processes[0]?.take({ connection_id: ID, rate: null }, signal)).toEqual({ passes: true });
    expect(told()).toBe(0);
  });

  it('refuses nobody below it, whatever comes to which process when', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.nat({ max: 20 }), async (sent, more) => {
        const busiest = Math.max(...inEachMinute(await play(sent, 1)).map(({ length }) => length));
        const played = await play(sent, busiest + more);
        expect(played.filter(({ passed }) => !passed)).toEqual([]);
      }),
    );
  });

  it('lets at most a second of traffic pass above it, and never less than it', async () => {
    await fc.assert(
      fc.asyncProperty(arrivals, fc.integer({ min: 1, max: 30 }), async (sent, perMinute) => {
        for (const group of inEachMinute(await play(sent, perMinute))) {
          const passed = passedIn(group).length;
          expect(passed).toBeGreaterThanOrEqual(Math.min(perMinute, group.length));
          expect(passed).toBeLessThanOrEqual(perMinute + busiestSecond(group));
        }
      }),
    );
  });

  it('is told of at most once a second by each process', async () => {
    const { tell, told } = newTable();
    const { time, processes } = newProcesses(2, tell);
    for (let n = 0; n < 100; n += 1) {
      await takeOf(processes[n % 2], 1_000);
      time.nowMs += 100;
    }
    expect(told()).toBe(20);
  });

  it('says when the next minute begins', async () => {
    const { time, processes } = newProcesses(1);
    time.nowMs += 59_001;
    await takeOf(processes[0], 1);
    expect(await takeOf(processes[0], 1)).toEqual({ passes: false, retry_after: 1 });
    time.nowMs += 999;
    expect(await takeOf(processes[0], 1)).toEqual({ passes: true });
    expect(await takeOf(processes[0], 1)).toEqual({ passes: false, retry_after: 60 });
  });

  it('refuses nobody for a fault of the table, but what this process took itself', async () => {
    const down = () => Promise.reject(new Error('down'));
    const { processes } = newProcesses(2, down);
    const passed = [];
    for (let n = 0; n < 8; n += 1) passed.push((await takeOf(processes[n % 2], 3)).passes);
    expect(passed).toEqual([true, true, true, true, true, true, false, false]);
  });

  it('keeps to few connections, because ids are many', async () => {
    const { processes } = newProcesses(1);
    const take = (id: number) =>
      processes[0]?.take({ connection_id: `con_${id}`, rate: { per_minute: 1 } }, signal);
    for (let id = 0; id < 1_200; id += 1) await take(id);
    expect(await take(1_199)).toMatchObject({ passes: false });
    // Forgotten here, but the row knows.
    expect(await take(0)).toMatchObject({ passes: true });
  });
});
