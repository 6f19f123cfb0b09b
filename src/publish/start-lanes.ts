import pMap from 'p-map';
import { isProbeDue } from '../domain/breaker.ts';
import type { Execution } from '../domain/execution.ts';
import { HOUR_MS, LAST_INSTANT_MS } from '../domain/instant.ts';
import { countDue, type Waiting } from '../store/executions/due.ts';
import type { SubscriptionRow } from '../store/subscriptions/subscription-row.ts';
import { AT_A_TIME, newSignal, type PublishDeps } from './scope.ts';
import { type Subscribed, subscriptionsOf, tenantIds } from './subscriptions-of.ts';

/** Whether to measure the depth of the queue too: counting it takes a query for each thousand. */
export type Measure = { measure: boolean };

/** The queue is counted up to this number. */
const MOST_COUNTED = 10_000;

/**
 * Sends a hint for each subscription that has something due: executions whose hint was lost, retries that are due, and
 * executions that a crashed process had claimed. A failure for one tenant does not hold up the others.
 * @throws the first fault, when all the others are started
 */
export const startLanes = async (deps: PublishDeps, how: Measure): Promise<void> => {
  const faults: unknown[] = [];
  const noteFault = (fault: unknown) => {
    faults.push(fault);
    return [];
  };
  const found = await pMap(await tenantIds(deps), (tenant) => startOwn(deps, tenant, how).catch(noteFault), {
    concurrency: AT_A_TIME,
  });
  if (how.measure) countDepth(deps, found.flat());
  if (faults.length > 0) throw faults[0];
};

type Found = { subscription: SubscriptionRow; due: Waiting };

const startOwn = async (deps: PublishDeps, tenant: string, { measure }: Measure): Promise<Found[]> => {
  const now = deps.clock();
  const all = await subscriptionsOf(deps, tenant);
  const looked = measure ? all : all.filter((one) => mayWork(one, now));
  return pMap(looked, (one) => startOne(deps, one, measure ? MOST_COUNTED : 1), { concurrency: AT_A_TIME });
};

const startOne = async (deps: PublishDeps, subscription: SubscriptionRow, most: number): Promise<Found> => {
  const { tenant_id, subscription_id } = subscription;
  const now = deps.clock();
  // The queued executions of a deleted subscription are cancelled, whenever they are due.
  const now_ms = subscription.status === 'deleted' ? LAST_INSTANT_MS : now;
  const place = { table: deps.table, tenant: tenant_id, signal: newSignal() };
  const due = await countDue(place, subscription_id, { now_ms, most });
  if (due.waiting > 0 && (mayWork(subscription, now) || isNews(subscription, now)))
    await deps.hint({ task: 'send', tenant_id, subscription_id, execution_ids: [] });
  return { subscription, due };
};

/** True when the lane may have work: to send, or to cancel. */
const mayWork = (subscription: SubscriptionRow, nowMs: number): boolean =>
  subscription.status === 'deleted' || isAsked(subscription, nowMs);

/**
 * True within an hour of disabling: the process that disabled it may have crashed before it notified people. The lane
 * then notifies them once, and sends nothing.
 */
const isNews = ({ status, status_ms }: SubscriptionRow, nowMs: number): boolean =>
  status === 'disabled' && nowMs - status_ms < HOUR_MS;

/**
 * Counts the waiting executions, and the age of the oldest. The age covers active subscriptions only: that others are
 * paused or disabled was reported when it happened.
 */
const countDepth = ({ count, clock }: PublishDeps, found: readonly Found[]): void => {
  const waiting = found.reduce((sum, { due }) => sum + due.waiting, 0);
  const asked = found.filter(({ subscription }) => subscription.status === 'active');
  const oldest = asked.flatMap(({ due }) => due.oldest_due_ms ?? []);
  const age = oldest.length === 0 ? 0 : Math.max(0, clock() - Math.min(...oldest));
  count('ExecutionsWaiting', Math.min(MOST_COUNTED, waiting));
  count('OldestDueSeconds', Math.round(age / 1_000));
};

/** Sends one hint for each subscription with new executions. A hint may be lost: the rows are the source of truth. */
export const hintAll = async (
  { hint, clock }: PublishDeps,
  subscriptions: Subscribed,
  made: readonly Execution[],
): Promise<void> => {
  const all = [...subscriptions.values()].flat().filter((one) => isAsked(one, clock()));
  const news = Map.groupBy(made, ({ subscription_id }) => subscription_id);
  await Promise.all(
    all.map(async ({ tenant_id, subscription_id }) => {
      const execution_ids = (news.get(subscription_id) ?? []).map(({ execution_id }) => execution_id);
      if (execution_ids.length > 0) await hint({ task: 'send', tenant_id, subscription_id, execution_ids });
    }),
  );
};

/** True when something may be sent to the target now: it is active, or open and due for a probe. */
const isAsked = (row: Pick<SubscriptionRow, 'status' | 'next_probe_ms'>, nowMs: number): boolean =>
  row.status === 'active' || (row.status === 'open' && isProbeDue(row, nowMs));
