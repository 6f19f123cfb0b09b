import type { Ping, PingAnswer } from '../../contract/send-message.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import { jsonResponse } from '../../http/response.ts';
import { matchEvent } from '../../matching/match-event.ts';
import { within } from '../../platform/deadline.ts';
import { getEvent } from '../../store/events/read-events.ts';
import { emptyForm } from '../forms.ts';
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

/** `POST /subscriptions/{id}/test`: sends a `ping`, whatever the status, and answers what came back. */
export const testSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const { tenant_id, subscription_id } = await ownSubscription(deps, request, subscriptionId, run);
    const message = { task: 'ping', tenant_id, subscription_id } as const;
    return jsonResponse(200, await pingWithin(MOST_MS, deps.ping, message));
  };

/** The gateway waits 30 s; a target may be given longer than that. */
const MOST_MS = 25_000;

/** What a target answered to a ping so far: that it did not is an answer too. @throws what the ping throws before */
export const pingWithin = async (
  ms: number,
  ping: Ping,
  message: Parameters<Ping>[0],
): Promise<PingAnswer> => {
  const signal = AbortSignal.timeout(ms);
  try {
    return await within(signal, () => ping(message, signal));
  } catch (fault) {
    if (!signal.aborted) throw fault;
    const error = `no answer within ${ms / 1_000} s`;
    return { status: null, duration_ms: ms, error, response_headers: {}, response_body: null };
  }
};
