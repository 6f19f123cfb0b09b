import type { Execution } from '../../domain/execution.ts';
import { toExecutionView } from '../../domain/execution-view.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import { type HttpResponse, jsonResponse } from '../../http/response.ts';
import { changeExecution } from '../../store/executions/change-execution.ts';
import { getExecution } from '../../store/executions/executions.ts';
import type { SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { notKnown } from '../refusal.ts';
import type { SubscriptionDeps } from '../subscriptions/own-subscription.ts';

/** The execution that is asked for, as it is now. @throws Refusal for one of another tenant too */
export const ownExecution = async (
  { table }: SubscriptionDeps,
  { tenant }: HttpRequest,
  executionId: string,
  { signal, received_ms }: Run,
): Promise<Execution> => {
  const found = await getExecution({ table, tenant, signal }, executionId, received_ms);
  if (found === null) throw notKnown('execution');
  return found;
};

/** A lane writes twice for each attempt, so that who changes an execution meets it seldom, and never so often. */
const MOST_TRIES = 5;

/**
 * Changes the execution, whatever its lane writes meanwhile, and answers it as it is then.
 * @param change throws for one that may not be changed so
 */
export const changeOwn = async (
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

/** @param subscription how its target is doing, where that matters */
export const answerExecution = (
  status: number,
  execution: Execution,
  subscription: SubscriptionRow | null,
  { received_ms }: Run,
): HttpResponse => jsonResponse(status, toExecutionView(execution, subscription, received_ms));
