import { addTally, faultsIn, NOTHING, type Tally } from './check/tally.ts';
import type { Row } from './rows/row.ts';
import type { SenderSettings } from './sender/jira-model.ts';
import { openEnginePool } from './world/engine-pool.ts';

export type MatrixOptions = {
  rows: readonly Row[];
  seed: number;
  seeds: number;
  atOnce: number;
  sender: SenderSettings;
};

/** A run that was not right, so that it can be repeated alone. `reason`: null when it came to its end. */
export type BadRun = { row: string; seed: number; tally: Tally; reason: string | null };

export type Matrix = { tallies: Map<string, Tally>; bad: BadRun[] };

/** Nothing wrong, and everything was acknowledged before the sender gave up. */
const isGood = (tally: Tally): boolean => faultsIn(tally) === 0 && tally.acknowledged === tally.sent;

/**
 * Plays every row with every seed, some at a time, the rows in turns.
 * @param done is told of each run
 */
export const runMatrix = async (
  { rows, seed, seeds, atOnce, sender }: MatrixOptions,
  done: () => void,
): Promise<Matrix> => {
  await using pool = openEnginePool();
  const matrix: Matrix = { tallies: new Map(), bad: [] };
  const runs = Array.from({ length: seeds }, (_, at) => rows.map((row) => ({ row, seed: seed + at }))).flat();
  const queue = runs.values();
  const play = async (run: (typeof runs)[number]): Promise<void> => {
    const { name } = run.row;
    try {
      const tally = await run.row.run({ seed: run.seed, pool, sender });
      matrix.tallies.set(name, addTally(matrix.tallies.get(name) ?? NOTHING, tally));
      if (!isGood(tally)) matrix.bad.push({ row: name, seed: run.seed, tally, reason: null });
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : 'unknown';
      matrix.bad.push({ row: name, seed: run.seed, tally: NOTHING, reason });
    }
    done();
  };
  const worker = async (): Promise<void> => {
    for (const run of queue) await play(run);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return matrix;
};
