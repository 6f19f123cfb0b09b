import pMap from 'p-map';
import type { Execution } from '../domain/execution.ts';
import { type ExecutionView, toExecutionView } from '../domain/execution-view.ts';
import type { Run } from '../http/request.ts';
import type { Table } from '../store/calls/table.ts';
import { getSubscription, type SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { newPageRoom } from './listing.ts';

/** Subscriptions read at once. */
const AT_A_TIME = 8;

/**
 * As many executions as a page has room for, as answers show them: one result has 64 KB.
 * @returns fewer than were given only where there was no room for more
 */
export const showExecutions = async (
  table: Table,
  executions: readonly Execution[],
  { signal, received_ms }: Run,
): Promise<ExecutionView[]> => {
  const targets = await targetsOf(table, executions, signal);
  const room = newPageRoom();
  const views: ExecutionView[] = [];
  for (const execution of executions) {
    const view = toExecutionView(execution, targets.get(execution.subscription_id) ?? null, received_ms);
    if (!room.take(view)) break;
    views.push(view);
  }
  return views;
};

/** How their targets are doing matters only to those that wait. */
const targetsOf = async (
  table: Table,
  executions: readonly Execution[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SubscriptionRow>> => {
  const waiting = executions.filter(({ status }) => status === 'queued');
  const ids = new Set(waiting.map(({ subscription_id }) => subscription_id));
  const rows = await pMap(ids, (id) => getSubscription({ table, signal }, id), { concurrency: AT_A_TIME });
  return new Map(rows.flatMap((row) => (row === null ? [] : [[row.subscription_id, row]])));
};
