import type { ExecutionStatus } from '../../domain/execution.ts';
import type { Place } from '../calls/table.ts';
import { countBy, entriesBack } from '../events/stats.ts';
import { executionDayPartitions } from './execution-keys.ts';

const MOST_COUNTED = 10_000;

type Counts = Record<Exclude<ExecutionStatus, 'cancelled'>, number>;

/**
 * Counts the executions that were created in the last `hours` by their current status, from the newest day back.
 * `complete` is false when there are more than were counted. `most`: only tests give another.
 */
export const countExecutions = async (
  { table, tenant, signal }: Place,
  nowMs: number,
  hours: number,
  most = MOST_COUNTED,
): Promise<{ counts: Counts; complete: boolean }> => {
  const partitionsOf = (day: string) => executionDayPartitions(tenant, day);
  const entries = await entriesBack({ table, signal }, partitionsOf, { now_ms: nowMs, hours, most });
  const found = countBy(entries.slice(0, most), 'status');
  const count = (status: ExecutionStatus): number => found.get(status) ?? 0;
  return {
    counts: {
      queued: count('queued'),
      in_progress: count('in_progress'),
      completed: count('completed'),
      failed: count('failed'),
    },
    complete: entries.length <= most,
  };
};
