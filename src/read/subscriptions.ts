import { isSubscriptionId } from '../domain/subscription.ts';
import { type SubscriptionView, toSubscriptionView } from '../domain/subscription-view.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { jsonResponse } from '../http/response.ts';
import { getSubscription, listSubscriptions } from '../store/subscriptions/subscription-row.ts';
import { notKnown } from './issues.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /subscriptions`: the tenant's, in the order in which they were made, without those that were deleted. */
export const getSubscriptions =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, _argument, run) => {
    const subscriptions: SubscriptionView[] = [];
    for await (const rows of listSubscriptions({ table, tenant, newSignal: () => run.signal }))
      subscriptions.push(...rows.filter(({ status }) => status !== 'deleted').map(toSubscriptionView));
    return jsonResponse(200, { subscriptions });
  };

/** `GET /subscriptions/{id}`: a deleted one too, as long as an execution of it is kept. */
export const getOneSubscription =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, subscriptionId, run) => {
    const row = isSubscriptionId(subscriptionId)
      ? await getSubscription({ table, signal: run.signal }, subscriptionId)
      : null;
    // An id says nothing of its tenant: another tenant's subscription is as unknown as any.
    if (row?.tenant_id !== tenant) return notKnown('No subscription with this id is known.', run);
    return jsonResponse(200, toSubscriptionView(row));
  };
