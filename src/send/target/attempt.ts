import type { Attempt, Execution } from '../../domain/execution.ts';
import { hopsOf } from '../../domain/hops.ts';
import type { Subscription } from '../../domain/subscription.ts';
import { type Bodies, readPayload } from './payload.ts';
import { type SendDeps, type Sent, sendOnce } from './send.ts';

export type AttemptDeps = SendDeps & Bodies;

/** One claimed execution, and which attempt of it this is (from 1). */
export type Due = { subscription: Subscription; execution: Execution; attempt: number; is_probe: boolean };

/** What came of it. `attempt` is what is written down. */
export type Attempted = Omit<Sent, 'told'> & { attempt: Attempt };

/** Reading what is sent takes milliseconds; a lease has 30 s for it beside the target's own time. */
const OURS_MS = 15_000;

/**
 * Sends an execution's event to its target, once. `nothing-to-send`: the event has expired or was erased, so the execution
 * has nothing to do any more.
 * @param signal ends it without a result
 * @throws UnavailableError where something of ours cannot be read: no attempt was made, and nothing is known of the target
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
  const { told, ...rest } = await sendOnce(deps, subscription, message, signal);
  return { ...rest, attempt: { attempt: number, ...told, is_probe } };
};

/** What says more was never counted, and would be no number when it comes back. */
const MOST_HOPS = 1_000;
