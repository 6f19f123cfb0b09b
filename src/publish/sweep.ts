import { BATCH_SIZE, SWEEP_MINUTES } from '../contract/functions.ts';
import { DAY_MS, MINUTE_MS, nextPhoenixDay, toPhoenixDay } from '../domain/instant.ts';
import { SENT_FEEDS } from '../domain/source.ts';
import { inTurn } from '../domain/tenant.ts';
import { describeFault } from '../errors/errors.ts';
import { chunks } from '../platform/chunks.ts';
import { markSubscribed } from '../store/connections/tenants.ts';
import { eventsOfDay } from '../store/events/day.ts';
import type { SweepMark } from '../store/events/progress.ts';
import { movePublishMark, readPublishMark } from '../store/executions/publish-mark.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { publishTo } from './publish-events.ts';
import { newSignal, type PublishDeps, walkOf } from './scope.ts';
import { allTenants, mayMatch, subscriptionsOf } from './subscriptions-of.ts';

/** `made`: executions that the stream had missed; `complete`: none is missing now. */
export type Swept = { made: number; complete: boolean };

/** Younger events are left to the stream, and may not be in the index yet. */
const MIN_AGE_MS = 5 * MINUTE_MS;

const EACH_MS = SWEEP_MINUTES * MINUTE_MS;

/** How far before its mark the sweep looks again: a receiver's clock may have been slow, or its write late. */
const OVERLAP_MS = EACH_MS;

/**
 * Matches received events again, tenant by tenant, and creates the executions that the stream missed. Each sweep begins
 * with another tenant, because one may take all its time. A failure for one does not keep the others from being swept.
 * @throws the first fault, when all the others are swept
 */
export const sweepPublish = async (deps: PublishDeps): Promise<Swept> => {
  const faults: unknown[] = [];
  const total: Swept = { made: 0, complete: true };
  const tenants = await allTenants(deps);
  for (const { tenant_id, subscribed } of inTurn(tenants, Math.floor(deps.clock() / EACH_MS))) {
    const own = await sweepTenant(deps, tenant_id, subscribed).catch((fault) => {
      deps.log.error({ tenant_id, fault: describeFault(fault) }, 'not published again');
      faults.push(fault);
    });
    total.made += own?.made ?? 0;
    total.complete &&= own?.complete ?? false;
  }
  if (faults.length > 0) throw faults[0];
  return total;
};

/**
 * Sweeps day by day, oldest first, and moves the mark after each complete day: after an interruption, the next sweep
 * continues there.
 * @param isKnown whether its row says that it has subscriptions, without which the stream's events are not matched; a
 * restored table may lack that
 */
const sweepTenant = async (deps: PublishDeps, tenant: string, isKnown: boolean): Promise<Swept> => {
  const own = (await subscriptionsOf(deps, tenant)).filter(mayMatch);
  const total: Swept = { made: 0, complete: true };
  if (own.length === 0) return total;
  const place = () => ({ table: deps.table, tenant, signal: newSignal() });
  const now = deps.clock();
  if (!isKnown) await markSubscribed(place(), now);
  let mark = await readPublishMark(place());
  const [from_ms, to_ms] = [sinceMs(mark, own, now, deps.retention_days), now - MIN_AGE_MS];
  for (let from = from_ms; from < to_ms; from = nextPhoenixDay(from)) {
    const to = Math.min(to_ms, nextPhoenixDay(from));
    const swept = await sweepDay(deps, own, { tenant, day: toPhoenixDay(from), from_ms: from, to_ms: to });
    total.made += swept.made;
    total.complete &&= swept.complete;
    if (!total.complete || !mayMove(mark, now) || (to < to_ms && to <= (mark.swept_ms ?? 0))) continue;
    await movePublishMark(place(), { read: mark, to_ms: to });
    mark = { ...mark, swept_ms: to };
  }
  if (total.made > 0) deps.log.warn({ tenant_id: tenant, ...total }, 'the sweep published what was missed');
  return total;
};

/**
 * The time since when events may have been missed: older ones were swept, were received before the `matches_since_ms`
 * of every subscription, or have expired; events released from quarantine are kept three times as long. If a clock was
 * set back, the mark may be ahead of now; then now counts.
 */
const sinceMs = (
  { swept_ms, lowered_ms }: SweepMark,
  own: readonly SubscriptionRow[],
  nowMs: number,
  retentionDays: number,
): number => {
  const kept = nowMs - retentionDays * DAY_MS * (lowered_ms === null ? 1 : 3);
  const wanted = Math.min(...own.map(({ matches_since_ms }) => matches_since_ms));
  return Math.max(0, kept, wanted, swept_ms === null ? 0 : Math.min(swept_ms, nowMs) - OVERLAP_MS);
};

/**
 * False until 5 minutes after a replay lowered the mark: it releases the events from quarantine seconds later, and a
 * sweep that runs before that does not see them.
 */
const mayMove = ({ lowered_ms }: SweepMark, nowMs: number): boolean =>
  lowered_ms === null || lowered_ms < nowMs - MIN_AGE_MS;

type Range = { tenant: string; day: string; from_ms: number; to_ms: number };

const sweepDay = async (
  deps: PublishDeps,
  own: readonly SubscriptionRow[],
  { tenant, ...range }: Range,
): Promise<Swept> => {
  const swept = { made: 0, complete: true };
  const query = { ...range, feeds: SENT_FEEDS, outcome: null };
  for await (const entries of eventsOfDay(walkOf(deps, tenant), query)) {
    const ids = entries.filter(({ outcome }) => outcome !== 'quarantined').map(({ event_id }) => event_id);
    for (const some of chunks(ids, BATCH_SIZE)) {
      const { made, failed } = await publishTo(deps, new Map([[tenant, own]]), some, { look: true });
      swept.made += made;
      swept.complete &&= failed.size === 0;
    }
  }
  return swept;
};
