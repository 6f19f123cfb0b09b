import type { PingAnswer } from '../../contract/send-message.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Subscription } from '../../domain/subscription.ts';
import { newRunId } from '../../platform/run-id.ts';
import { type SendDeps, sendOnce } from './send.ts';

/**
 * Tries a target with a message of its own, signed as all others are, and answers what came back. Nothing is written, and
 * the target's breaker does not count it.
 * @throws UnavailableError where the secret cannot be read; the signal's reason
 */
export const ping = async (
  deps: SendDeps,
  subscription: Subscription,
  signal: AbortSignal,
): Promise<PingAnswer> => {
  const { subscription_id } = subscription;
  const nowMs = deps.clock();
  const said = { type: 'ping', timestamp: toUtcIso(nowMs), data: { subscription_id } };
  const message = {
    id: `ping_${newRunId(nowMs)}`,
    attempt: 1,
    hops: 1,
    body: Buffer.from(JSON.stringify(said)),
    content_type: 'application/json',
  };
  const { told } = await sendOnce(deps, subscription, message, signal);
  const { status, duration_ms, error, response_headers, response_body } = told;
  return { status, duration_ms, error, response_headers, response_body };
};
