import type { Ping, PingAnswer } from '../../contract/send-message.ts';
import type { RouteHandler } from '../../http/dispatch.ts';
import { jsonResponse } from '../../http/response.ts';
import { emptyForm } from '../forms.ts';
import { readForm } from '../read-form.ts';
import { ownSubscription, type SubscriptionDeps } from './own-subscription.ts';

/** `POST /subscriptions/{id}/test`: sends a `ping`, whatever the status, and answers what came back. */
export const testSubscription =
  (deps: SubscriptionDeps): RouteHandler =>
  async (request, subscriptionId, run) => {
    readForm(emptyForm(request.tenant), request);
    const { tenant_id, subscription_id } = await ownSubscription(deps, request, subscriptionId, run);
    return jsonResponse(200, await answered(deps.ping, { task: 'ping', tenant_id, subscription_id }));
  };

/** The gateway waits 30 s; a target may be given longer than that. */
const MOST_MS = 25_000;

const answered = async (ping: Ping, message: Parameters<Ping>[0]): Promise<PingAnswer> => {
  const signal = AbortSignal.timeout(MOST_MS);
  try {
    return await ping(message, signal);
  } catch (fault) {
    if (!signal.aborted) throw fault;
    const error = `no answer within ${MOST_MS / 1_000} s`;
    return { status: null, duration_ms: MOST_MS, error, response_headers: {}, response_body: null };
  }
};
