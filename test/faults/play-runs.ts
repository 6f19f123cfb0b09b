import { addTally, faultsIn, NOTHING, type Tally } from './check/tally.ts';
import type { Row } from './rows/row.ts';
import type { SenderSettings } from './sender/jira-model.ts';
import { openEnginePool } from './world/engine-pool.ts';

export type Runs = { rows: readonly Row[]; seed: number; seeds: number; sender: SenderSettings };

/** A run that was not right, so that it can be repeated alone. `reason`: null when it came to its end. */
export type BadRun = { row: string; seed: number; tally: Tally; reason: string | null };

export type Matrix = { tallies: Map<string, Tally>; bad: BadRun[] };

/** Nothing wrong, and everything was acknowledged before the sender gave up. */
const isGood = (tally: Tally): boolean => faultsIn(tally) === 0 && tally.acknowledged === tally.sent;

export const addRun = ({ tallies }: Matrix, row: string, tally: Tally): void =>
  void tallies.set(row, addTally(tallies.get(row) ?? NOTHING, tally));

/**
 * Plays runs, some at a time: all rows with the first seed, all with the next, and so on.
 * @param next the place of a run that nobody has taken yet; whatever lies behind the last one ends it
 * @param done is told of each run
 */
export const playRuns = async (
  { rows, seed, seeds, sender, atOnce }: Runs & { atOnce: number },
  next: () => number,
  done: () => void,
): Promise<Matrix> => {
  await using pool = openEnginePool();
  const matrix: Matrix = { tallies: new Map(), bad: [] };
  const play = async (row: Row, own: number): Promise<void> => {
    try {
      const tally = await row.run({ seed: own, pool, sender });
      addRun(matrix, row.name, tally);
      if (!isGood(tally)) matrix.bad.push({ row: row.name, seed: own, tally, reason: null });
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : 'unknown';
      matrix.bad.push({ row: row.name, seed: own, tally: NOTHING, reason });
    }
    done();
  };
  const worker = async (): Promise<void> => {
    for (let at = next(); at < rows.length * seeds; at = next()) {
      const row = rows[at % rows.length];
      if (row) await play(row, seed + Math.floor(at / rows.length));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return matrix;
};
