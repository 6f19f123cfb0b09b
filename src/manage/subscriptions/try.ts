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

/** `POST /subscriptions/{id}/match`: whether the subscription matches an event, and if not, which rule excludes it. */
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

/** `POST /subscriptions/{id}/test`: sends a `ping`, whatever the status, and returns the target's answer. */
export const testSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const { tenant_id, subscription_id } = await ownSubscription(deps, request, subscriptionId, run);
    const message = { task: 'ping', tenant_id, subscription_id } as const;
    return jsonResponse(200, await pingWithin(MOST_MS, deps.ping, message));
  };

/** Shorter than the gateway's 30 s; a target's own timeout may be longer than that. */
const MOST_MS = 25_000;

/**
 * Returns the target's answer to a ping, or one that says there was none in time.
 * @throws what `ping` throws in time
 */
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
