import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { ThreadData, ThreadMessage } from './matrix-thread.ts';
import { addRun, type Matrix, type Runs } from './play-runs.ts';

export type MatrixOptions = Runs & { atOnce: number };

const THREAD = new URL('./matrix-thread.ts', import.meta.url);

/** How many runs each thread plays at a time; no thread without one. */
const shares = (atOnce: number): number[] => {
  const threads = Math.min(availableParallelism(), atOnce);
  return Array.from({ length: threads }, (_, at) => Math.floor((atOnce + at) / threads));
};

/**
 * Plays every row with every seed, in a thread for each core: one alone would be what the matrix waits for.
 * @param done is told of each run
 * @throws Error when a thread ends before its runs do
 */
export const runMatrix = async (
  { rows, atOnce, ...runs }: MatrixOptions,
  done: () => void,
): Promise<Matrix> => {
  const matrix: Matrix = { tallies: new Map(), bad: [] };
  const taken = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const names = rows.map(({ name }) => name);
  const playShare = async (share: number): Promise<void> => {
    const workerData: ThreadData = { ...runs, names, atOnce: share, taken };
    const thread = new Worker(THREAD, { workerData });
    thread.on('message', (message: ThreadMessage) => {
      if (message === 'done') return done();
      for (const [row, tally] of message.tallies) addRun(matrix, row, tally);
      matrix.bad.push(...message.bad);
    });
    const [code] = await once(thread, 'exit');
    if (code !== 0) throw new Error('a thread of the matrix ended before its runs did');
  };
  await Promise.all(shares(atOnce).map(playShare));
  return matrix;
};
