import { parentPort, workerData } from 'node:worker_threads';
import { playRuns, type Runs } from './play-runs.ts';
import { ROWS } from './rows/all-rows.ts';

/** What a thread is given. `taken`: how many runs are, by all threads together. It tells of each run it played. */
export type ThreadData = Omit<Runs, 'rows'> & { names: string[]; atOnce: number; taken: Int32Array };

// Whoever started this thread made it.
const { names, taken, ...data }: ThreadData = workerData;
const rows = ROWS.filter(({ name }) => names.includes(name));

await playRuns(
  { ...data, rows },
  () => Atomics.add(taken, 0, 1),
  (run) => parentPort?.postMessage(run),
);
