import type { Hint, Ping } from '../../contract/send-message.ts';
import { isSubscriptionId } from '../../domain/subscription.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { HttpRequest, Run } from '../../http/request.ts';
import type { Resolve } from '../../platform/resolve-target.ts';
import type { TargetRules } from '../../platform/target-url.ts';
import { changeSubscription } from '../../store/subscriptions/change-subscription.ts';
import { getSubscription, type SubscriptionRow } from '../../store/subscriptions/subscription-row.ts';
import { readIfMatch } from '../if-match.ts';
import type { ManageDeps } from '../own-connection.ts';
import { notKnown, staleRevision } from '../refusal.ts';

/** Dependencies of changes of subscriptions and executions. */
export type SubscriptionDeps = Pick<ManageDeps, 'table' | 'masters' | 'whoOf'> & {
  retention_days: number;
  /** Which URLs a target may have. */
  rules: TargetRules;
  resolve: Resolve;
  hint: Hint;
  ping: Ping;
};

/**
 * Reads the subscription. The row of a deleted one is kept only for its executions.
 * @throws Refusal if it is unknown, deleted or another tenant's
 */
export const ownSubscription = async (
  { table }: SubscriptionDeps,
  request: HttpRequest,
  subscriptionId: string,
  { signal }: Run,
): Promise<SubscriptionRow> => {
  const row = isSubscriptionId(subscriptionId)
    ? await getSubscription({ table, signal }, subscriptionId)
    : null;
  if (row === null || row.tenant_id !== request.tenant || row.status === 'deleted')
    throw notKnown('subscription');
  return row;
};

/** The same, checked to have the revision that the caller has seen. @throws Refusal if that is stale */
export const seenSubscription = async (
  deps: SubscriptionDeps,
  request: HttpRequest,
  subscriptionId: string,
  run: Run,
  readRevision: (request: HttpRequest) => number | null = readIfMatch,
): Promise<SubscriptionRow> => {
  const rev = readRevision(request);
  const row = await ownSubscription(deps, request, subscriptionId, run);
  if (rev !== null && row.rev !== rev) throw staleRevision('subscription');
  return row;
};

type What = Parameters<typeof changeSubscription>[3]['what'];
type Change = { before: SubscriptionRow; after: SubscriptionRow; what: What };

/**
 * Writes the change and returns the new row; null if the lane has written the state of the target in the meantime.
 * @throws Refusal, UnavailableError
 */
export const trySave = async (
  { table, retention_days, whoOf }: SubscriptionDeps,
  request: HttpRequest,
  { before, after, what }: Change,
  run: Run,
): Promise<SubscriptionRow | null> => {
  const who = whoOf(request);
  const changed = { ...after, updated_ms: run.received_ms, updated_by: who };
  const done = await changeSubscription({ table, retention_days }, before, changed, { who, what }, run);
  if (done === 'stale-revision') throw staleRevision('subscription');
  return done === 'changed' ? { ...changed, rev: before.rev + 1 } : null;
};

/** The same for fields that only people change, so that no lane can conflict. */
export const saveDecided = async (
  deps: SubscriptionDeps,
  request: HttpRequest,
  change: Change,
  run: Run,
): Promise<SubscriptionRow> => {
  const saved = await trySave(deps, request, change, run);
  if (saved === null)
    throw new UnavailableError('table', new Error('a state was stale that was not written'));
  return saved;
};
