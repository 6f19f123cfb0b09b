import pMap from 'p-map';
import { HOUR_MS } from '../domain/instant.ts';
import type { Run } from '../http/request.ts';
import type { Place } from '../store/calls/table.ts';
import { countExecutions } from '../store/executions/count-executions.ts';
import { countDue } from '../store/executions/due.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { listSubscriptions } from '../store/subscriptions/subscriptions.ts';
import type { ReadDeps } from './listing.ts';

type Sent = {
  counts: Awaited<ReturnType<typeof countExecutions>>['counts'] & { oldest_due_seconds: number };
  complete: boolean;
};

const NOTHING: Sent = {
  counts: { queued: 0, in_progress: 0, completed: 0, failed: 0, oldest_due_seconds: 0 },
  complete: true,
};

/**
 * What became of the executions of the last `hours`, and for how long the oldest one has been due whose target is asked.
 * Null where nothing is sent at all. Without a subscription it costs one query.
 */
export const countSent = async (
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

/** For how long there have been any: a deleted one is kept as long as its executions. */
const hoursOf = (subscriptions: readonly SubscriptionRow[], nowMs: number): number => {
  const first = Math.min(...subscriptions.map(({ created_ms }) => created_ms));
  return Math.max(1, Math.ceil((nowMs - first) / HOUR_MS) + 1);
};

/** Subscriptions that are looked at at once. */
const AT_A_TIME = 8;

/** What a paused or dead target lets wait was told when that happened. */
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
