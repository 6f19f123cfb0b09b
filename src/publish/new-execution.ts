import { type Execution, executionIdOf } from '../domain/execution.ts';
import { priorityOf } from '../matching/priority.ts';
import { saidOf } from '../matching/said.ts';
import { newRunId } from '../platform/run-id.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';

/** An event on its way to a target: due at once, and there as long as its event. @param expiresAt epoch seconds */
export const newExecution = (
  subscription: SubscriptionRow,
  event: StoredEvent,
  { expires_at, now_ms }: { expires_at: number; now_ms: number },
): Execution => {
  const { issue_id = null, issue_key = null, event_type = '' } = event.facts ?? {};
  return {
    execution_id: executionIdOf(event.event_id, subscription.subscription_id),
    tenant_id: subscription.tenant_id,
    event_id: event.event_id,
    subscription_id: subscription.subscription_id,
    issue_id,
    issue_key,
    // Half a surrogate pair would be no UTF-8.
    event_type: event_type === '' ? null : event_type.toWellFormed(),
    priority: priorityOf(subscription, saidOf(event).priority),
    status: 'queued',
    reason: null,
    tries: 0,
    attempts: 0,
    claims: 0,
    due_ms: now_ms,
    created_ms: now_ms,
    started_ms: null,
    completed_ms: null,
    result: null,
    replay_of: null,
    run_id: newRunId(now_ms),
    received_ms: event.received_ms,
    expires_at,
    rev: 1,
  };
};
