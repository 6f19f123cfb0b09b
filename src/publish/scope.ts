import type { Hint } from '../contract/send-message.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { Count } from '../platform/metrics.ts';
import type { Table, Walk } from '../store/calls/table.ts';

/** Everything publishing needs. */
export type PublishDeps = {
  table: Table;
  /** The tenant of the built-in sources, which exists even without a row. */
  tenant: string;
  /** Days that an event is kept. */
  retention_days: number;
  clock: Clock;
  log: Logger;
  count: Count;
  hint: Hint;
};

/** Milliseconds for one step's table calls: no caller waits for an answer, and single calls have their own limits. */
const STEP_MS = 120_000;

export const newSignal = (): AbortSignal => AbortSignal.timeout(STEP_MS);

/** Where the rows of one tenant are. */
export const walkOf = ({ table }: Pick<PublishDeps, 'table'>, tenant: string): Walk => ({
  table,
  tenant,
  newSignal,
});

/** Calls in flight at a time: enough to hide the latency of the table, few enough not to crowd out ingest. */
export const AT_A_TIME = 16;
