import type { Tally } from '../check/tally.ts';
import type { SenderSettings } from '../sender/jira-model.ts';
import type { EnginePool } from '../world/engine-pool.ts';

export type RunOptions = { seed: number; pool: EnginePool; sender: SenderSettings };

/** One fault at one place. */
export type Row = {
  name: string;
  /** What happens, in a sentence for people. */
  story: string;
  run(options: RunOptions): Promise<Tally>;
};
