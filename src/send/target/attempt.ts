import type { PingAnswer } from '../../contract/send-message.ts';
import type { Attempt, Execution } from '../../domain/execution.ts';
import { hopsOf } from '../../domain/hops.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Subscription } from '../../domain/subscription.ts';
import { newRunId } from '../../platform/run-id.ts';
import { type Bodies, readPayload } from './payload.ts';
import { type SendDeps, type Sent, sendOnce } from './send.ts';

export type AttemptDeps = SendDeps & Bodies;

/** One claimed execution, and which attempt of it this is (from 1). */
export type Due = { subscription: Subscription; execution: Execution; attempt: number; is_probe: boolean };

/** The result of an attempt. `attempt` is what is stored. */
export type Attempted = Omit<Sent, 'stored'> & { attempt: Attempt };

/** Reading the payload takes milliseconds; a claim has 30 s for it beyond the subscription's timeout. */
const OURS_MS = 15_000;

/**
 * Sends an execution's event to its target, once. `nothing-to-send`: the event has expired or was erased, so there is
 * nothing left to do.
 * @param signal aborts it without a result
 * @throws UnavailableError if data of ours cannot be read: no attempt was made, and nothing is known of the target
 */
export const attempt = async (
  deps: AttemptDeps,
  { subscription, execution, attempt: number, is_probe }: Due,
  signal: AbortSignal,
): Promise<Attempted | 'nothing-to-send'> => {
  const ours = AbortSignal.any([signal, AbortSignal.timeout(OURS_MS)]);
  const { format } = subscription;
  const payload = await readPayload(deps, { ...execution, format }, deps.clock(), ours);
  if (payload === null) return 'nothing-to-send';
  const { event, ...content } = payload;
  const hops = Math.min(MOST_HOPS, hopsOf(event.headers)) + 1;
  const message = { id: execution.execution_id, attempt: number, hops, ...content };
  const { stored, ...rest } = await sendOnce(deps, subscription, message, signal);
  return { ...rest, attempt: { attempt: number, ...stored, is_probe } };
};

/** A larger count is not genuine, and would not come back as a number. */
const MOST_HOPS = 1_000;

/**
 * Sends a test message to a target, signed like any other, and returns the answer. Nothing is stored, and the circuit
 * breaker ignores it.
 * @throws UnavailableError if the secret cannot be read; the signal's reason
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
  const { stored } = await sendOnce(deps, subscription, message, signal);
  const { status, duration_ms, error, response_headers, response_body } = stored;
  return { status, duration_ms, error, response_headers, response_body };
};
