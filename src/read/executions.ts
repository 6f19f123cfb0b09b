import pMap from 'p-map';
import { type Execution, type ExecutionStatus, eventOfShortId } from '../domain/execution.ts';
import { type ExecutionView, toAttemptView, toExecutionView } from '../domain/execution-view.ts';
import { afterExecution, beforeRun, cursorId, encodeCursor } from '../http/cursor.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readDay, readExecutionStatus, readLimit, readSubscription } from '../http/query.ts';
import type { Run } from '../http/request.ts';
import { type HttpResponse, jsonResponse } from '../http/response.ts';
import { matchEvent } from '../matching/match-event.ts';
import type { Table } from '../store/calls/table.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import { getEvent } from '../store/events/read-events.ts';
import { attemptsOf, executionsOfEvent, getExecution } from '../store/executions/executions.ts';
import { listExecutionsOfDay } from '../store/executions/list-executions.ts';
import {
  getSubscription,
  listSubscriptions,
  type SubscriptionRow,
} from '../store/subscriptions/subscription-row.ts';
import { findEvent } from './events.ts';
import { notKnown } from './issues.ts';
import { newPageRoom, type ReadDeps, readStart } from './listing.ts';

/** `GET /executions`: the executions created on one day. */
export const getExecutions =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const day = readDay(query, run.received_ms);
    const filter = { status: readExecutionStatus(query), subscription_id: readSubscription(query) };
    const id = cursorId(tenant, ['executions', day, filter]);
    const before = readStart(query, id, beforeRun)?.before ?? null;
    const asked = { day, ...filter, before, limit: readLimit(query) };
    const place = { table, tenant, signal: run.signal };
    const { executions: found, next } = await listExecutionsOfDay(place, asked, run.received_ms);
    const executions = await showExecutions(table, found, run);
    const goesOn = executions.length < found.length ? (found[executions.length - 1]?.run_id ?? null) : next;
    return jsonResponse(200, {
      executions,
      next_cursor: encodeCursor(id, goesOn === null ? null : { before: goesOn }),
    });
  };

/** Begins the cursor id; the event's id follows. */
const EVENT_EXECUTIONS = ['event-executions'];

/** `GET /events/{event_id}/executions`. All are read at once, because an event has only one for each subscription. */
export const getEventExecutions =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async ({ query }, eventId, run) => {
    const limit = readLimit(query);
    const id = cursorId(tenant, [...EVENT_EXECUTIONS, eventId]);
    const after = readStart(query, id, afterExecution);
    const place = { table, tenant, signal: run.signal };
    if ((await findEvent({ table, tenant }, eventId, run)) === null) return noEvent(run);
    const all = (await executionsOfEvent(place, eventId, run.received_ms)).toSorted(newestFirst);
    const rest = after === null ? all : all.filter((one) => newestFirst(one, after) > 0);
    const executions = await showExecutions(table, rest.slice(0, limit), run);
    const last = executions.length < rest.length ? rest[executions.length - 1] : undefined;
    const position = last && { execution_id: last.execution_id, created_ms: last.created_ms };
    return jsonResponse(200, { executions, next_cursor: encodeCursor(id, position ?? null) });
  };

const noEvent = (run: Run): HttpResponse => notKnown('No event with this id is stored. Events expire.', run);

type Made = Pick<Execution, 'created_ms' | 'execution_id'>;

const newestFirst = (a: Made, b: Made): number => {
  if (a.created_ms !== b.created_ms) return b.created_ms - a.created_ms;
  if (a.execution_id === b.execution_id) return 0;
  return a.execution_id < b.execution_id ? 1 : -1;
};

/** `GET /executions/{id}`: one execution with its attempts; for the id in a 202, all executions of its event. */
export const getOneExecution =
  (deps: ReadDeps): RouteHandler =>
  async (_request, executionId, run) => {
    const eventId = eventOfShortId(executionId);
    if (eventId !== null) return ofDelivery(deps, executionId, eventId, run);
    const { table, tenant } = deps;
    const { signal, received_ms } = run;
    const execution = await getExecution({ table, tenant, signal }, executionId, received_ms);
    if (execution === null) return noExecution(run);
    const [view] = await showExecutions(table, [execution], run);
    const attempts = await attemptsOf({ table, signal }, executionId, received_ms);
    return jsonResponse(200, { ...view, attempts: attempts.map(toAttemptView) });
  };

const noExecution = (run: Run): HttpResponse =>
  notKnown('No execution with this id is stored. Executions expire with their events.', run);

const ofDelivery = async (
  deps: ReadDeps,
  execution_id: string,
  event_id: string,
  run: Run,
): Promise<HttpResponse> => {
  const { table, tenant } = deps;
  const { signal, received_ms } = run;
  const found = await getEvent({ table, tenant, signal }, event_id, received_ms);
  if (found === null) return noExecution(run);
  const rows = await executionsOfEvent({ table, tenant, signal }, event_id, received_ms);
  const waits = await waitsForRow(deps, found.event, rows, run);
  const executions = await showExecutions(table, rows.toSorted(newestFirst), run);
  return jsonResponse(200, { execution_id, event_id, status: waits ? 'queued' : statusOf(rows), executions });
};

/** True if a subscription matches the event but has no execution of it yet. */
const waitsForRow = async (
  { table, tenant }: ReadDeps,
  event: StoredEvent,
  rows: readonly Execution[],
  { signal }: Run,
): Promise<boolean> => {
  const there = new Set(rows.map(({ subscription_id }) => subscription_id));
  for await (const subscriptions of listSubscriptions({ table, tenant, newSignal: () => signal }))
    if (subscriptions.some((one) => !there.has(one.subscription_id) && matchEvent(one, event).matches))
      return true;
  return false;
};

/** From the least to the most advanced; the status of an event is that of its least advanced execution. */
const BY_PROGRESS: readonly ExecutionStatus[] = ['queued', 'in_progress', 'failed', 'cancelled', 'completed'];

const statusOf = (rows: readonly Execution[]): ExecutionStatus | 'unmatched' =>
  BY_PROGRESS.find((status) => rows.some((row) => row.status === status)) ?? 'unmatched';

/** Subscriptions read in parallel. */
const AT_A_TIME = 8;

/**
 * The views of as many executions as a page has room for: one result can have 64 KB.
 * @returns fewer than were given only if the page is full
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

/** Reads the subscriptions of queued executions; only their views show the state of the target. */
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
