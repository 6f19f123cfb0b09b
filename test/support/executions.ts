import { randomBytes } from 'node:crypto';
import { type Attempt, type Execution, executionIdOf } from '../../src/domain/execution.ts';
import { newSubscriptionId } from '../../src/domain/subscription.ts';
import { newRunId } from '../../src/platform/run-id.ts';

const MADE = Date.UTC(2026, 10, 22, 19, 0, 0);

/** Ids of the form that events have. */
export const someEventId = (): string => `evt_${randomBytes(20).toString('hex')}`;

/** A queued execution of a subscription of tenant `retail`, due since it was made. It names an issue and expires late. */
export const someExecution = (differing: Partial<Execution> = {}): Execution => {
  const event_id = differing.event_id ?? someEventId();
  const subscription_id = differing.subscription_id ?? newSubscriptionId();
  const created_ms = differing.created_ms ?? MADE;
  return {
    execution_id: executionIdOf(event_id, subscription_id),
    tenant_id: 'retail',
    event_id,
    subscription_id,
    issue_id: '10001',
    issue_key: 'OPS-1',
    event_type: 'jira:issue_updated',
    priority: 'normal',
    status: 'queued',
    reason: null,
    tries: 0,
    attempts: 0,
    claims: 0,
    due_ms: created_ms,
    created_ms,
    started_ms: null,
    completed_ms: null,
    result: null,
    replay_of: null,
    run_id: newRunId(created_ms),
    received_ms: created_ms - 1_000,
    expires_at: 4_102_444_800,
    rev: 1,
    ...differing,
  };
};

/** An attempt that was answered 200. */
export const someAttempt = (differing: Partial<Attempt> = {}): Attempt => ({
  attempt: 1,
  at_ms: MADE,
  duration_ms: 12,
  status: 200,
  error: null,
  response_headers: { 'content-type': 'text/plain' },
  response_body: 'ok',
  is_probe: false,
  ...differing,
});
