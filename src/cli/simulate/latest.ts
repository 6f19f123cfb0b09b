import { ASSUMPTIONS } from '../cost/assumptions.ts';
import { pause, type Random, randomOf } from './random.ts';

/** As `src/artifact/artifacts-in-bucket.ts` has them; a test holds the two together. Times in milliseconds. */
export const CONTENTION = { tries: 12, first_wait_ms: 20, longest_wait_ms: 500 } as const;

/** What became of many runs that replace one object at so many a second. */
export type LatestLoad = {
  runs_per_second: number;
  /** Writes tried for one run; S3 charges refused ones too. */
  puts_per_run: number;
  /** Shares of runs: a newer one had the place already; given up after all tries, so that the sweep comes back. */
  overtaken: number;
  given_up: number;
  /** The slowest of a hundred runs (milliseconds). */
  p99_ms: number;
};

type Run = { id: number; began_ms: number; tried: number; seen: number };
type Step = { at_ms: number; run: Run; what: 'read' | 'write' };

const RUNS = 2_000;

/** Half as long to one and a half times as long as usual. */
const around = (random: Random, ms: number): number => ms * (0.5 + random());

const waitMs = (random: Random, tried: number): number =>
  random() * Math.min(CONTENTION.first_wait_ms * 2 ** (tried - 1), CONTENTION.longest_wait_ms);

/** Puts a step into its place: the next one is the last of the list. */
const insert = (steps: Step[], step: Step): void => {
  let [low, high] = [0, steps.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((steps[middle]?.at_ms ?? 0) > step.at_ms) low = middle + 1;
    else high = middle;
  }
  steps.splice(low, 0, step);
};

const firstSteps = (random: Random, runs_per_second: number): Step[] => {
  const steps: Step[] = [];
  let began_ms = 0;
  for (let id = 0; id < RUNS; id++) {
    began_ms += pause(random, runs_per_second) * 1_000;
    const run = { id, began_ms, tried: 0, seen: 0 };
    insert(steps, { at_ms: began_ms + around(random, ASSUMPTIONS.s3_call_ms), run, what: 'read' });
  }
  return steps;
};

type Ended = 'replaced' | 'overtaken' | 'given up';

/** The object: which run it is of, and how often it was replaced. */
type Stored = { id: number; version: number };

/** What a read finds: a newer run, or a version to write over. */
const readStep = (stored: Stored, run: Run): Ended | null => {
  run.seen = stored.version;
  return stored.id > run.id ? 'overtaken' : null;
};

/** What a write comes to, on the condition that nothing changed since the read. */
const writeStep = (stored: Stored, run: Run): Ended | null => {
  run.tried += 1;
  if (run.seen !== stored.version) return run.tried === CONTENTION.tries ? 'given up' : null;
  Object.assign(stored, { id: run.id, version: stored.version + 1 });
  return 'replaced';
};

const play = (random: Random, runs_per_second: number): { run: Run; ended: Ended; ms: number }[] => {
  const steps = firstSteps(random, runs_per_second);
  const stored: Stored = { id: -1, version: 0 };
  const done: ReturnType<typeof play> = [];
  for (let step = steps.pop(); step; step = steps.pop()) {
    const { run, at_ms, what } = step;
    const ended = what === 'read' ? readStep(stored, run) : writeStep(stored, run);
    const again = what === 'read' ? 'write' : 'read';
    const pause_ms = what === 'read' ? 0 : waitMs(random, run.tried);
    const next_ms = at_ms + pause_ms + around(random, ASSUMPTIONS.s3_call_ms);
    if (ended === null) insert(steps, { at_ms: next_ms, run, what: again });
    else done.push({ run, ended, ms: at_ms - run.began_ms });
  }
  return done;
};

/** Runs that come at random and all replace `latest.json`, unless a newer one is there. */
export const latestAt = (seed: number, runs_per_second: number): LatestLoad => {
  const done = play(randomOf(seed), runs_per_second);
  const share = (what: Ended): number => done.filter(({ ended }) => ended === what).length / RUNS;
  const times = done.map(({ ms }) => ms).sort((a, b) => a - b);
  return {
    runs_per_second,
    puts_per_run: done.reduce((sum, { run }) => sum + run.tried, 0) / RUNS,
    overtaken: share('overtaken'),
    given_up: share('given up'),
    p99_ms: times[Math.ceil(0.99 * RUNS) - 1] ?? 0,
  };
};
