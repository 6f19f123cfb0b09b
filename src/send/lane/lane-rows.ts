import type { Attempt, Execution } from '../../domain/execution.ts';
import type { Priority } from '../../domain/subscription.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Place, Table } from '../../store/calls/table.ts';
import { changeExecution, claimExecution, finishAttempt } from '../../store/executions/change-execution.ts';
import { dueOf } from '../../store/executions/due.ts';
import { getExecution } from '../../store/executions/executions.ts';
import { renewLane, returnLane, takeLane } from '../../store/executions/lanes.ts';
import {
  getSubscription,
  type SubscriptionRow,
  writeState,
} from '../../store/subscriptions/subscription-row.ts';

/** The reads and writes of a lane, on the rows of one subscription. Each fails like the store's call behind it. */
export type LaneRows = {
  /** Null: the tenant has no such subscription. */
  subscription(): Promise<SubscriptionRow | null>;
  /** `busy`: another process holds the lane, and will see that it was wanted. */
  take(): Promise<'taken' | 'busy'>;
  /** False: another process holds it. */
  renew(): Promise<boolean>;
  /** `wanted`: another process wanted it since it was taken, or since the last such answer: it is not given back. */
  giveBack(): Promise<'returned' | 'wanted'>;
  /** What is due by `byMs`, oldest first. */
  due(priority: Priority, byMs: number, limit: number): Promise<Execution[]>;
  execution(executionId: string): Promise<Execution | null>;
  /** Null: the execution has changed since it was read. */
  claim(execution: Execution, untilMs: number): Promise<Execution | null>;
  finish(claimed: Execution, attempt: Attempt, after: Execution): Promise<'written' | 'lost'>;
  change(before: Execution, after: Execution): Promise<'changed' | 'stale'>;
  writeState(before: SubscriptionRow, after: SubscriptionRow): Promise<'written' | 'stale'>;
};

export type Whose = { tenant_id: string; subscription_id: string };

const CALL_MS = 10_000;

/** @param owner unique id of the lane holder */
export const laneRowsIn = (
  table: Table,
  clock: Clock,
  { tenant_id, subscription_id }: Whose,
  owner: string,
): LaneRows => {
  const place = (): Place => ({ table, tenant: tenant_id, signal: AbortSignal.timeout(CALL_MS) });
  const lane = { subscription_id, owner };
  return {
    subscription: async () => {
      const row = await getSubscription(place(), subscription_id);
      return row?.tenant_id === tenant_id ? row : null;
    },
    take: () => takeLane(place(), { ...lane, now_ms: clock() }),
    renew: () => renewLane(place(), { ...lane, now_ms: clock() }),
    giveBack: () => returnLane(place(), lane),
    due: (priority, by_ms, limit) =>
      dueOf(place(), { subscription_id, priority, now_ms: clock(), by_ms, limit }),
    execution: (id) => getExecution(place(), id, clock()),
    claim: (execution, until_ms) => claimExecution(place(), execution, { owner, now_ms: clock(), until_ms }),
    finish: (claimed, attempt, after) => finishAttempt(place(), claimed, attempt, after),
    change: (before, after) => changeExecution(place(), before, after),
    writeState: (before, after) => writeState(place(), before, after),
  };
};
