import type { RouteHandler } from '../../http/dispatch.ts';
import { jsonResponse } from '../../http/response.ts';
import { matchEvent } from '../../matching/match-event.ts';
import { getEvent } from '../../store/events/read-events.ts';
import { readForm } from '../read-form.ts';
import { notKnown } from '../refusal.ts';
import { matchForm } from './forms.ts';
import { ownSubscription, type SubscriptionDeps } from './own-subscription.ts';

/** `POST /subscriptions/{id}/match`: whether an event is one of the subscription's, and if not, which rule says so. */
export const matchSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    const { event_id } = readForm(matchForm(request.tenant), request);
    const subscription = await ownSubscription(deps, request, subscriptionId, run);
    const place = { table: deps.table, tenant: request.tenant, signal: run.signal };
    const found = await getEvent(place, event_id, run.received_ms);
    if (found === null) throw notKnown('event');
    const judged = matchEvent(subscription, found.event);
    const { subscription_id } = subscription;
    const rule = judged.matches ? null : judged.rule;
    return jsonResponse(200, { subscription_id, event_id, matches: judged.matches, rule });
  };
