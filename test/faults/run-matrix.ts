import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { addTally, faultsIn, NOTHING, type Tally } from './check/tally.ts';
import type { ThreadData } from './matrix-thread.ts';
import type { PlayedRun, Runs } from './play-runs.ts';

export type MatrixOptions = Runs & { atOnce: number };

/** `bad`: runs that were not right, so that each can be repeated alone. `played`: how many runs there were. */
export type Matrix = { tallies: Map<string, Tally>; bad: PlayedRun[]; played: number };

const THREAD = new URL('./matrix-thread.ts', import.meta.url);

/** How many runs each thread plays at a time; no thread without one. */
const shares = (atOnce: number): number[] => {
  const threads = Math.min(availableParallelism(), atOnce);
  return Array.from({ length: threads }, (_, at) => Math.floor((atOnce + at) / threads));
};

/** Nothing wrong, everything acknowledged before the sender gave up, and played to its end. */
const isGood = ({ tally, reason }: PlayedRun): boolean =>
  reason === null && faultsIn(tally) === 0 && tally.acknowledged === tally.sent;

const addRun = (matrix: Matrix, run: PlayedRun): void => {
  const { tallies, bad } = matrix;
  matrix.played += 1;
  tallies.set(run.row, addTally(tallies.get(run.row) ?? NOTHING, run.tally));
  if (!isGood(run)) bad.push(run);
};

/**
 * Plays every row with every seed, in a thread for each core: one alone would be what the matrix waits for. Much of what
 * a run makes is garbage soon, so a thread's young generation is large.
 * @param done is told of each run
 * @throws Error when a thread ends before its runs do
 */
export const runMatrix = async (
  { rows, atOnce, ...runs }: MatrixOptions,
  done: () => void,
): Promise<Matrix> => {
  const matrix: Matrix = { tallies: new Map(), bad: [], played: 0 };
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  // Ctrl-C ends it after the runs under way: hours of them are worth their table.
  process.once('SIGINT', () => Atomics.store(taken, 0, rows.length * runs.seeds));
  const names = rows.map(({ name }) => name);
  const playShare = async (share: number): Promise<void> => {
    const workerData: ThreadData = { ...runs, names, atOnce: share, taken };
    const thread = new Worker(THREAD, { workerData, resourceLimits: { maxYoungGenerationSizeMb: 192 } });
    thread.on('message', (run: PlayedRun) => {
      addRun(matrix, run);
      done();
    });
    const [code] = await once(thread, 'exit');
    if (code !== 0) throw new Error('a thread of the matrix ended before its runs did');
  };
  await Promise.all(shares(atOnce).map(playShare));
  return matrix;
};
