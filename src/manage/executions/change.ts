import { type Execution, executionIdOf, readExecutionId } from '../../domain/execution.ts';
import { toExecutionView } from '../../domain/execution-view.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import { changeExecution } from '../../store/executions/change-execution.ts';
import { executionsOfEvent, getExecution, putExecution } from '../../store/executions/executions.ts';
import { getSubscription, type SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { emptyForm } from '../forms.ts';
import { readForm } from '../read-form.ts';
import { notKnown, wrongStatus } from '../refusal.ts';
import type { SubscriptionDeps } from '../subscriptions/own-subscription.ts';

/** `POST /executions/{id}/cancel`: cancels a queued execution. One in progress may already have reached its target. */
export const cancelExecution =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, executionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const cancel = (before: Execution) => cancelled(before, run.received_ms);
    return answerExecution(200, await changeOwn(deps, request, executionId, cancel, run), null, run);
  };

/** @throws Refusal if it is not queued */
const cancelled = (before: Execution, nowMs: number): Execution => {
  if (before.status !== 'queued')
    throw wrongStatus(`The execution is ${before.status}: only a queued one can be cancelled.`);
  return { ...before, status: 'cancelled', reason: 'cancelled by hand', due_ms: null, completed_ms: nowMs };
};

/**
 * `POST /executions/{id}/retry`: queues a failed or cancelled execution again under its id, with its tries reset. A
 * completed one is repeated as a new execution, so that the target can tell it from a duplicate.
 */
export const retryExecution =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, executionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const before = await ownExecution(deps, request, executionId, run);
    const subscription = await sentSubscription(deps, before, run);
    const { made, execution } =
      before.status === 'completed'
        ? await repeat(deps, before, run)
        : { made: false, execution: await queueAgain(deps, request, executionId, run) };
    const { tenant_id, subscription_id, execution_id } = execution;
    // A subscription that is not active needs no hint, and thousands of executions may be retried at once.
    if (subscription.status === 'active')
      await deps.hint({ task: 'send', tenant_id, subscription_id, execution_ids: [execution_id] });
    return answerExecution(made ? 201 : 200, execution, subscription, run);
  };

/** The subscription of an execution. @throws Refusal if it is deleted */
const sentSubscription = async (
  { table }: SubscriptionDeps,
  { subscription_id }: Execution,
  { signal }: Run,
): Promise<SubscriptionRow> => {
  const row = await getSubscription({ table, signal }, subscription_id);
  if (row === null || row.status === 'deleted')
    throw wrongStatus('The subscription of this execution is deleted: nothing is sent for it any more.');
  return row;
};

const queueAgain = (
  deps: SubscriptionDeps,
  request: HttpRequest,
  executionId: string,
  run: Run,
): Promise<Execution> => {
  const again = (before: Execution) => ({ ...checkEnded(before), ...anew(run) });
  return changeOwn(deps, request, executionId, again, run);
};

/** @throws Refusal if it is queued or in progress, or has been completed in the meantime */
const checkEnded = (execution: Execution): Execution => {
  if (execution.status === 'failed' || execution.status === 'cancelled') return execution;
  throw wrongStatus(
    `The execution is ${execution.status}: only one that failed, was cancelled or is completed can be sent again.`,
  );
};

/** Resets an execution for another round of tries. Stored attempts are kept, and their count continues. */
const anew = ({ received_ms }: Run) => ({
  ...{ status: 'queued' as const, reason: null, tries: 0, claims: 0, due_ms: received_ms },
  ...{ started_ms: null, completed_ms: null, result: null },
});

type Repeated = { made: boolean; execution: Execution };

/** Most tries to number a repetition: a concurrent request may take the same number. */
const MOST_NUMBERS = 5;

/**
 * Repeats an execution. Returns an earlier repetition if it has not ended, because the answer to a first request may
 * have been lost, or two people may have asked.
 */
const repeat = async (deps: SubscriptionDeps, of: Execution, run: Run): Promise<Repeated> => {
  const place = { table: deps.table, tenant: of.tenant_id, signal: run.signal };
  for (let tries = 0; tries < MOST_NUMBERS; tries += 1) {
    const all = await executionsOfEvent(place, of.event_id, run.received_ms);
    const same = all.filter(({ subscription_id }) => subscription_id === of.subscription_id);
    const open = same.find(({ status }) => status === 'queued' || status === 'in_progress');
    if (open) return { made: false, execution: open };
    const execution = repetition(of, Math.max(0, ...same.map(numberOf)) + 1, run);
    if ((await putExecution(place, execution)) === 'made') return { made: true, execution };
  }
  throw new UnavailableError('table', new Error('an execution was repeated again and again'));
};

const numberOf = ({ execution_id }: Execution): number => readExecutionId(execution_id)?.replay ?? 0;

const repetition = (of: Execution, replay: number, run: Run): Execution => ({
  ...of,
  ...anew(run),
  execution_id: executionIdOf(of.event_id, of.subscription_id, replay),
  attempts: 0,
  created_ms: run.received_ms,
  replay_of: of.execution_id,
  run_id: run.run_id,
  rev: 1,
});

/** Reads the execution. @throws Refusal if it is unknown or another tenant's */
const ownExecution = async (
  { table }: SubscriptionDeps,
  { tenant }: HttpRequest,
  executionId: string,
  { signal, received_ms }: Run,
): Promise<Execution> => {
  const found = await getExecution({ table, tenant, signal }, executionId, received_ms);
  if (found === null) throw notKnown('execution');
  return found;
};

/** Most tries when writes conflict. A lane writes only twice per attempt, so conflicts are rare. */
const MOST_TRIES = 5;

/**
 * Changes the execution, with retries after concurrent writes by its lane, and returns it as changed.
 * @param change throws if the execution may not be changed like this
 */
const changeOwn = async (
  deps: SubscriptionDeps,
  request: HttpRequest,
  executionId: string,
  change: (execution: Execution) => Execution,
  run: Run,
): Promise<Execution> => {
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const before = await ownExecution(deps, request, executionId, run);
    const after = change(before);
    if ((await changeExecution({ table: deps.table, signal: run.signal }, before, after)) === 'changed')
      return after;
  }
  throw new UnavailableError('table', new Error('an execution was written again and again'));
};

/** @param subscription shows the state of the target; null for a cancelled execution */
const answerExecution = (
  status: number,
  execution: Execution,
  subscription: SubscriptionRow | null,
  { received_ms }: Run,
): HttpResponse => jsonResponse(status, toExecutionView(execution, subscription, received_ms));
