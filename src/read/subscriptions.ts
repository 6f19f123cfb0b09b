import { isSubscriptionId } from '../domain/subscription.ts';
import { type SubscriptionView, toSubscriptionView } from '../domain/subscription-view.ts';
import type { RouteHandler } from '../http/dispatch.ts';
import { jsonResponse } from '../http/response.ts';
import { getSubscription, listSubscriptions } from '../store/subscriptions/subscription-row.ts';
import { notKnown } from './issues.ts';
import type { ReadDeps } from './listing.ts';

/** `GET /subscriptions`: the tenant's subscriptions in order of creation, without deleted ones. */
export const getSubscriptions =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, _argument, run) => {
    const subscriptions: SubscriptionView[] = [];
    for await (const rows of listSubscriptions({ table, tenant, newSignal: () => run.signal }))
      subscriptions.push(...rows.filter(({ status }) => status !== 'deleted').map(toSubscriptionView));
    return jsonResponse(200, { subscriptions });
  };

/** `GET /subscriptions/{id}`: also a deleted one, as long as its executions are kept. */
export const getOneSubscription =
  ({ table, tenant }: ReadDeps): RouteHandler =>
  async (_request, subscriptionId, run) => {
    const row = isSubscriptionId(subscriptionId)
      ? await getSubscription({ table, signal: run.signal }, subscriptionId)
      : null;
    // The id does not contain the tenant: another tenant's subscription is answered like an unknown one.
    if (row?.tenant_id !== tenant) return notKnown('No subscription with this id is known.', run);
    return jsonResponse(200, toSubscriptionView(row));
  };
