import pMap from 'p-map';
import { daysBetween, waitingOfDay, waitingSince } from '../correlate/known/waiting-events.ts';
import { HOUR_MS, toPhoenixIso, toUtcIso } from '../domain/instant.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { readBy, readHours } from '../http/query.ts';
import type { Run } from '../http/request.ts';
import { jsonResponse } from '../http/response.ts';
import { runIdTime } from '../platform/run-id.ts';
import type { Place, Table } from '../store/calls/table.ts';
import { listParked } from '../store/events/parked.ts';
import { readSweepMark } from '../store/events/progress.ts';
import { countEvents, type HourBucket } from '../store/events/stats.ts';
import { countExecutions } from '../store/executions/count-executions.ts';
import { countDue } from '../store/executions/due.ts';
import { listSubscriptions, type SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /stats`. */
export const getStats =
  (deps: ReadDeps): RouteHandler =>
  async ({ query }, _argument, run) => {
    const hours = readHours(query);
    const by = readBy(query);
    const { received_ms: now, signal } = run;
    const { table, tenant, retention_days } = deps;
    const [counts, waiting, sent] = await Promise.all([
      countEvents({ table, tenant, signal }, now, hours),
      countWaiting(table, { tenant, hours, retention_days }, now, signal),
      countSent(deps, hours, run),
    ]);
    const { outcomes, event_types } = counts;
    const complete = counts.complete && waiting.complete && (sent?.complete ?? true);
    const { unprocessed, lag_seconds, failed } = waiting;
    const generated_at = toPhoenixIso(now);
    const executions = sent?.counts ?? null;
    const figures = { unprocessed, lag_seconds, failed, executions, complete, generated_at };
    const body = { hours, outcomes, event_types, ...figures };
    return jsonResponse(200, by === null ? body : { ...body, buckets: counts.buckets.map(toBucket) });
  };

const toBucket = ({ from_ms, outcomes }: HourBucket) => ({ from: toUtcIso(from_ms), outcomes });

/**
 * How far processing is behind. `unprocessed`: received events without a status; `lag_seconds`: the age of the oldest
 * of them, 0 without one; `failed`: parked events, at most 1,000.
 */
type Waiting = { unprocessed: number; lag_seconds: number; failed: number; complete: boolean };

/** The period to count. */
type Window = { tenant: string; hours: number; retention_days: number };

const MOST_LOOKED_AT = 10_000;

const MOST_PARKED = 1_000;

/** Counts unprocessed events of the last `hours`; all before the sweep's mark are processed or parked. */
const countWaiting = async (
  table: Table,
  { tenant, hours, retention_days }: Window,
  nowMs: number,
  signal: AbortSignal,
): Promise<Waiting> => {
  const mark = await readSweepMark({ table, tenant, signal });
  const from_ms = Math.max(waitingSince(mark, nowMs, retention_days), nowMs - hours * HOUR_MS);
  const tally = { looked_at: 0, unprocessed: 0, oldest_ms: nowMs };
  for (const day of daysBetween(from_ms, nowMs).reverse())
    if (tally.looked_at <= MOST_LOOKED_AT)
      await tallyDay(
        table,
        { tenant, day, from_ms, to_ms: nowMs + 1, now_ms: nowMs, retention_days },
        tally,
        signal,
      );
  const failed = await countParked(table, tenant, nowMs, signal);
  return {
    unprocessed: tally.unprocessed,
    lag_seconds: Math.max(0, Math.floor((nowMs - tally.oldest_ms) / 1000)),
    failed: Math.min(failed, MOST_PARKED),
    complete: tally.looked_at <= MOST_LOOKED_AT,
  };
};

type Tally = { looked_at: number; unprocessed: number; oldest_ms: number };

const tallyDay = async (
  table: Table,
  query: Parameters<typeof waitingOfDay>[1],
  tally: Tally,
  signal: AbortSignal,
): Promise<void> => {
  for await (const { looked_at, waiting } of waitingOfDay(table, query, () => signal)) {
    tally.looked_at += looked_at;
    tally.unprocessed += waiting.length;
    for (const { run_id } of waiting) tally.oldest_ms = Math.min(tally.oldest_ms, runIdTime(run_id));
    if (tally.looked_at > MOST_LOOKED_AT) return;
  }
};

/** Pages may be short: expired events are left out of them. */
const countParked = async (
  table: Table,
  tenant: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<number> => {
  let count = 0;
  for await (const page of listParked({ table, tenant, newSignal: () => signal }, nowMs)) {
    count += page.length;
    if (count >= MOST_PARKED) break;
  }
  return count;
};

type Sent = {
  counts: Awaited<ReturnType<typeof countExecutions>>['counts'] & { oldest_due_seconds: number };
  complete: boolean;
};

const NOTHING: Sent = {
  counts: { queued: 0, in_progress: 0, completed: 0, failed: 0, oldest_due_seconds: 0 },
  complete: true,
};

/**
 * Counts the executions of the last `hours` by status, and how long the oldest one of an active subscription has been
 * due. Null if executions are off. Without a subscription it costs one query.
 */
const countSent = async (
  { table, tenant, executions }: ReadDeps,
  hours: number,
  { received_ms: now, signal }: Run,
): Promise<Sent | null> => {
  if (!executions) return null;
  const subscriptions: SubscriptionRow[] = [];
  for await (const rows of listSubscriptions({ table, tenant, newSignal: () => signal }))
    subscriptions.push(...rows);
  if (subscriptions.length === 0) return NOTHING;
  const place = { table, tenant, signal };
  const [{ counts, complete }, oldest] = await Promise.all([
    countExecutions(place, now, Math.min(hours, hoursOf(subscriptions, now))),
    oldestDueMs(place, subscriptions, now),
  ]);
  const oldest_due_seconds = Math.max(0, Math.floor((now - oldest) / 1_000));
  return { counts: { ...counts, oldest_due_seconds }, complete };
};

/** At least the hours since the first subscription was created; a deleted one is kept as long as its executions. */
const hoursOf = (subscriptions: readonly SubscriptionRow[], nowMs: number): number => {
  const first = Math.min(...subscriptions.map(({ created_ms }) => created_ms));
  return Math.max(1, Math.ceil((nowMs - first) / HOUR_MS) + 1);
};

/** Subscriptions queried in parallel. */
const AT_A_TIME = 8;

/** Only active subscriptions count: a paused, open or disabled one was reported when it became so. */
const oldestDueMs = async (
  place: Place,
  subscriptions: readonly SubscriptionRow[],
  now_ms: number,
): Promise<number> => {
  const asked = subscriptions.filter(({ status }) => status === 'active');
  const due = await pMap(
    asked,
    ({ subscription_id }) => countDue(place, subscription_id, { now_ms, most: 1 }),
    { concurrency: AT_A_TIME },
  );
  return Math.min(now_ms, ...due.flatMap(({ oldest_due_ms }) => oldest_due_ms ?? []));
};
