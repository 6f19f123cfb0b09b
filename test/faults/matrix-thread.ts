import { parentPort, workerData } from 'node:worker_threads';
import { type Matrix, playRuns, type Runs } from './play-runs.ts';
import { ROWS } from './rows/all-rows.ts';

/** What a thread is given. `taken`: how many runs are, by all threads together. */
export type ThreadData = Omit<Runs, 'rows'> & { names: string[]; atOnce: number; taken: Int32Array };

/** A run is over, or all are: this is what they came to. */
export type ThreadMessage = 'done' | Matrix;

const tell = (message: ThreadMessage): void => parentPort?.postMessage(message);

// Whoever started this thread made it.
const { names, taken, ...data }: ThreadData = workerData;
const rows = ROWS.filter(({ name }) => names.includes(name));

tell(
  await playRuns(
    { ...data, rows },
    () => Atomics.add(taken, 0, 1),
    () => tell('done'),
  ),
);
