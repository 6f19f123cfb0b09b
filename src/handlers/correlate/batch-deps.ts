import type { ArtifactStore } from '../../artifact/artifact-store.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import type { RawBodies } from '../../store/raw-bodies.ts';
import type { Table } from '../../store/table-client.ts';
import type { Scope } from './scope.ts';

/** Everything a run needs. */
export type BatchDeps = {
  table: Table;
  tenant: string;
  rawBodies: RawBodies;
  artifacts: ArtifactStore;
  git_sha: string;
  clock: Clock;
  log: Logger;
  count: Count;
};

/**
 * Milliseconds for one try at one record. A delivery may list 2,000 commits, and nobody waits for an answer;
 * single calls have their own, much shorter limits.
 */
const TRY_MS = 120_000;

/** A scope whose calls end with this try. */
export const newScope = ({ table, tenant }: Pick<BatchDeps, 'table' | 'tenant'>): Scope => ({
  table,
  tenant,
  signal: AbortSignal.timeout(TRY_MS),
});
