import type { Attempt, Execution } from './execution.ts';
import { toUtcIso } from './instant.ts';
import type { SubscriptionState } from './subscription.ts';

/** What a queued execution waits for. */
type WaitsFor = 'breaker' | 'disabled' | 'paused' | 'retry';

/** An execution as answers show it. */
export type ExecutionView = Pick<
  Execution,
  | 'execution_id'
  | 'tenant_id'
  | 'event_id'
  | 'subscription_id'
  | 'issue_id'
  | 'issue_key'
  | 'event_type'
  | 'priority'
  | 'status'
  | 'reason'
  | 'tries'
  | 'result'
  | 'replay_of'
> & {
  waits_for: WaitsFor | null;
  /** The earliest possible instant; null if unknown. */
  next_attempt_at: string | null;
  created_at: string;
  started_at: string | null;
  completed_at: string | null;
};

/** The state of an execution's target; null if its subscription no longer exists. */
export type TargetState = Pick<SubscriptionState, 'status' | 'next_probe_ms'> | null;

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : toUtcIso(ms));

/** Copies field by field, so that a new field of the row is not exposed by accident. */
export const toExecutionView = (execution: Execution, target: TargetState, nowMs: number): ExecutionView => {
  const waits_for = waitsFor(execution, target, nowMs);
  return {
    execution_id: execution.execution_id,
    tenant_id: execution.tenant_id,
    event_id: execution.event_id,
    subscription_id: execution.subscription_id,
    issue_id: execution.issue_id,
    issue_key: execution.issue_key,
    event_type: execution.event_type,
    priority: execution.priority,
    status: execution.status,
    reason: execution.reason,
    waits_for,
    tries: execution.tries,
    next_attempt_at: isoOrNull(nextAttemptMs(execution, target, waits_for)),
    created_at: toUtcIso(execution.created_ms),
    started_at: isoOrNull(execution.started_ms),
    completed_at: isoOrNull(execution.completed_ms),
    result: execution.result,
    replay_of: execution.replay_of,
  };
};

/** Computed, not stored: a queued row is not rewritten when its target opens or recovers. */
const waitsFor = (
  { status, due_ms }: Pick<Execution, 'status' | 'due_ms'>,
  target: TargetState,
  nowMs: number,
): WaitsFor | null => {
  if (status !== 'queued') return null;
  if (target?.status === 'open') return 'breaker';
  if (target?.status === 'disabled' || target?.status === 'paused') return target.status;
  return due_ms !== null && due_ms > nowMs ? 'retry' : null;
};

/** Unknown while the target is paused or disabled; for an open target, the next probe at the earliest. */
const nextAttemptMs = (
  { status, due_ms }: Execution,
  target: TargetState,
  waits: WaitsFor | null,
): number | null => {
  if (status !== 'queued' || waits === 'disabled' || waits === 'paused') return null;
  return waits === 'breaker' ? Math.max(due_ms ?? 0, target?.next_probe_ms ?? 0) : due_ms;
};

/** An attempt as `GET /executions/{id}` shows it. */
export type AttemptView = Omit<Attempt, 'at_ms'> & { at: string };

/** Copies field by field, so that a new field of the row is not exposed by accident. */
export const toAttemptView = (attempt: Attempt): AttemptView => ({
  attempt: attempt.attempt,
  at: toUtcIso(attempt.at_ms),
  status: attempt.status,
  duration_ms: attempt.duration_ms,
  error: attempt.error,
  response_headers: attempt.response_headers,
  response_body: attempt.response_body,
  is_probe: attempt.is_probe,
});
