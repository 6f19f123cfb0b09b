import type { Execution } from '../../domain/execution.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import { emptyForm } from '../forms.ts';
import { readForm } from '../read-form.ts';
import { wrongStatus } from '../refusal.ts';
import type { SubscriptionDeps } from '../subscriptions/own-subscription.ts';
import { answerExecution, changeOwn } from './own-execution.ts';

/** `POST /executions/{id}/cancel`: what is queued is not sent. One under way may have reached its target. */
export const cancelExecution =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, executionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const cancel = (before: Execution) => cancelled(before, run.received_ms);
    return answerExecution(200, await changeOwn(deps, request, executionId, cancel, run), null, run);
  };

/** @throws Refusal for one that is not queued */
const cancelled = (before: Execution, nowMs: number): Execution => {
  if (before.status !== 'queued')
    throw wrongStatus(`The execution is ${before.status}: only a queued one can be cancelled.`);
  return { ...before, status: 'cancelled', reason: 'cancelled by hand', due_ms: null, completed_ms: nowMs };
};
