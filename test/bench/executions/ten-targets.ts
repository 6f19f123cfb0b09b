import { deliverAt, type Sent, someBodies } from './deliveries.ts';
import { lateness } from './latency.ts';
import { type SendingInstance, startSendingInstance, subscribe } from './sending-instance.ts';
import { startTarget, type Target } from './targets.ts';

const TARGETS = 10;

/** So long a request to a target that hangs is under way: longer than it is measured. */
const TIMEOUT_SECONDS = 60;

/** An instance with ten subscriptions to all events and a target each. `others`: the first nine. */
export type TenTargets = { instance: SendingInstance; others: readonly Target[] };

/** @param options.hangs the tenth takes requests and answers none */
export const startTenTargets = async (
  owned: AsyncDisposableStack,
  { hangs }: { hangs: boolean },
): Promise<TenTargets> => {
  // Ends last: what waits for a target that hangs ends with the target, and not with its time.
  const instance = await startSendingInstance(owned);
  const others: Target[] = [];
  while (others.length < TARGETS - 1) others.push(await startTarget(owned));
  const last = await startTarget(owned, { hangs });
  for (const { url } of [...others, last])
    await subscribe(instance.api, url, { timeout_seconds: TIMEOUT_SECONDS });
  return { instance, others };
};

/** `ms`: from delivery to target of every event and each of the nine. `cpu`: milliseconds of processors. */
export type Driven = { events: number; ms: number[]; cpu: number; seconds: number };

/** Sends at a rate, and waits until all has come to the nine. */
export const drive = async (
  { instance, others }: TenTargets,
  perSecond: number,
  seconds: number,
): Promise<Driven> => {
  const bodies = someBodies(Math.max(1, Math.round(perSecond * seconds)));
  const begun = { at: performance.now(), cpu: instance.cpuMs() };
  const sent: Sent[] = await deliverAt(instance.url, bodies, perSecond);
  const all = await Promise.all(others.map((target) => lateness(target, sent)));
  return {
    events: sent.length,
    ms: all.flat(),
    cpu: instance.cpuMs() - begun.cpu,
    seconds: (performance.now() - begun.at) / 1_000,
  };
};
