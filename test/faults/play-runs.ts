import { NOTHING, type Tally } from './check/tally.ts';
import type { Row } from './rows/row.ts';
import type { SenderSettings } from './sender/jira-model.ts';
import { openEnginePool } from './world/engine-pool.ts';

export type Runs = { rows: readonly Row[]; seed: number; seeds: number; sender: SenderSettings };

/** What one run came to. `reason`: why it did not come to its end, else null. */
export type PlayedRun = { row: string; seed: number; tally: Tally; reason: string | null };

/**
 * Plays runs, some at a time: all rows with the first seed, all with the next, and so on.
 * @param next the place of a run that nobody has taken yet; whatever lies behind the last one ends it
 * @param played is told of each run
 */
export const playRuns = async (
  { rows, seed, seeds, sender, atOnce }: Runs & { atOnce: number },
  next: () => number,
  played: (run: PlayedRun) => void,
): Promise<void> => {
  await using pool = openEnginePool();
  const play = async (row: Row, own: number): Promise<void> => {
    const run = { row: row.name, seed: own };
    try {
      played({ ...run, tally: await row.run({ seed: own, pool, sender }), reason: null });
    } catch (fault) {
      const reason = fault instanceof Error ? fault.message : 'unknown';
      played({ ...run, tally: NOTHING, reason });
    }
  };
  const worker = async (): Promise<void> => {
    for (let at = next(); at < rows.length * seeds; at = next()) {
      const row = rows[at % rows.length];
      if (row) await play(row, seed + Math.floor(at / rows.length));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};
