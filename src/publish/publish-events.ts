import pMap from 'p-map';
import { TTL_ATTRIBUTE } from '../contract/table.ts';
import { type Execution, executionIdOf } from '../domain/execution.ts';
import { describeFault, UnavailableError } from '../errors/errors.ts';
import { matchEvent, priorityOf, saidOf } from '../matching/match-event.ts';
import { newRunId } from '../platform/run-id.ts';
import { eventKey } from '../store/calls/keys.ts';
import { readRows, readRowsOf } from '../store/calls/rows.ts';
import type { Item, TableCall } from '../store/calls/table.ts';
import { decodeEvent, isExpired, type StoredEvent, tenantOfRow } from '../store/events/event-row.ts';
import { executionKey } from '../store/executions/execution-keys.ts';
import { putExecution } from '../store/executions/executions.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { AT_A_TIME, newSignal, type PublishDeps } from './scope.ts';
import { hintAll } from './start-lanes.ts';
import { type Subscribed, subscribed } from './subscriptions-of.ts';

/** `made`: how many executions were created; `failed`: ids of the events to retry. */
export type Published = { made: number; failed: ReadonlySet<string> };

/**
 * Matches these events with all subscriptions, creates the executions that do not exist yet, and sends hints for them.
 * Idempotent: a retry or a concurrent run changes nothing.
 * @throws UnavailableError, UnreadableRowError when the subscriptions or the events cannot be read
 */
export const publishEvents = async (deps: PublishDeps, eventIds: readonly string[]): Promise<Published> =>
  publishTo(deps, await subscribed(deps), eventIds, { look: false });

/**
 * As `publishEvents`, for subscriptions that the caller has read.
 * @param how `look`: read first which executions exist: where nearly all do, that costs less than refused puts
 * @throws UnavailableError when the events cannot be read
 */
export const publishTo = async (
  deps: PublishDeps,
  subscriptions: Subscribed,
  eventIds: readonly string[],
  { look }: { look: boolean },
): Promise<Published> => {
  if (subscriptions.size === 0) return { made: 0, failed: new Set() };
  const place = { table: deps.table, signal: newSignal() };
  const rows = await readRowsOf(place, [...new Set(eventIds)], eventKey);
  const wanted = executionsOf(deps, subscriptions, rows);
  const failed = new Set<string>();
  const made = await pMap(
    look ? await absentOf(place, wanted) : wanted,
    (execution) =>
      putExecution(place, execution).then(
        (how) => (how === 'made' ? [execution] : []),
        (fault) => {
          noteFailure(deps, failed, execution, fault);
          return [];
        },
      ),
    { concurrency: AT_A_TIME },
  );
  await hintAll(deps, subscriptions, made.flat());
  return { made: made.flat().length, failed };
};

/** The executions that do not exist, by an eventually consistent read: it may miss a new one, whose put is refused. */
const absentOf = async (place: TableCall, wanted: readonly Execution[]): Promise<Execution[]> => {
  const keys = wanted.map(({ execution_id }) => executionKey(execution_id));
  const rows = await readRows(place, keys, 'eventual');
  return wanted.filter((_, index) => rows[index] === null);
};

/** The executions of these events. An event that cannot be read does not block the others; correlation reports it. */
const executionsOf = (
  deps: PublishDeps,
  subscriptions: Subscribed,
  rows: readonly [string, Item | null][],
): Execution[] =>
  rows.flatMap(([event_id, row]) => {
    const own = row === null ? undefined : subscriptions.get(tenantOfRow(row) ?? '');
    if (row === null || own === undefined || isExpired(row, deps.clock())) return [];
    try {
      return matching(deps, own, row);
    } catch (fault) {
      deps.log.error({ event_id, fault: describeFault(fault) }, 'an event cannot be published');
      return [];
    }
  });

/** @throws UnreadableRowError */
const matching = ({ clock }: PublishDeps, own: readonly SubscriptionRow[], row: Item): Execution[] => {
  const { event } = decodeEvent(row);
  const expires_at = Number(row[TTL_ATTRIBUTE]);
  return own
    .filter((subscription) => matchEvent(subscription, event).matches)
    .map((subscription) => newExecution(subscription, event, { expires_at, now_ms: clock() }));
};

/**
 * Notes the event for a retry if the table was unavailable. An item that the table refuses as malformed is only logged:
 * it would be refused every time, and must not block the events behind it.
 */
const noteFailure = (
  { log }: PublishDeps,
  failed: Set<string>,
  { event_id, execution_id }: Execution,
  fault: unknown,
): void => {
  if (fault instanceof UnavailableError) failed.add(event_id);
  else log.error({ event_id, execution_id, fault: describeFault(fault) }, 'an execution cannot be stored');
};

/** A new execution, due at once and kept as long as its event. `expires_at` is epoch seconds. */
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
    // A lone surrogate cannot be encoded as UTF-8.
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
