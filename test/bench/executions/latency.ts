import { type Goal, judge, printTable } from '../shared/section.ts';
import { percentile } from '../shared/stats.ts';
import { deliverAt, type Sent, someBodies } from './deliveries.ts';
import { startSendingInstance, subscribe } from './sending-instance.ts';
import { startTarget, type Target, untilCame } from './targets.ts';

const MOST_P50_SECONDS = 1;
const MOST_P99_SECONDS = 3;

/** Not a whole number a second: what is started each second would meet all at the same point of it. */
const PER_SECOND = 4.7;

const SHORT = { warmUp: 2, events: 10 };
const FULL = { warmUp: 50, events: 500 };

/** Milliseconds from each delivery to the target. @throws when some do not come */
export const lateness = async (target: Target, sent: readonly Sent[]): Promise<number[]> => {
  await untilCame(
    target,
    sent.map(({ event_id }) => event_id),
  );
  return sent.map(({ event_id, at }) => (target.came.get(event_id) ?? Number.NaN) - at);
};

/** From the request of a delivery to the request at the target, of an instance that has little to do. */
export const eventToTarget = async (short: boolean, parent: AsyncDisposableStack): Promise<Goal[]> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const { warmUp, events } = short ? SHORT : FULL;
  const target = await startTarget(owned);
  const { url, api } = await startSendingInstance(owned);
  await subscribe(api, target.url);
  await lateness(target, await deliverAt(url, someBodies(warmUp), PER_SECOND));
  const ms = await lateness(target, await deliverAt(url, someBodies(events), PER_SECOND));
  const [p50, p99, most] = [percentile(ms, 0.5), percentile(ms, 0.99), percentile(ms, 1)];
  printTable(
    `   From delivery to target, one subscription, ${PER_SECOND} deliveries a second`,
    ['', 'events', 'p50 ms', 'p99 ms', 'max ms'],
    [['npm start', String(events), ...[p50, p99, most].map((one) => one.toFixed(0))]],
  );
  return [
    judge('event to target p50, seconds', p50 / 1_000, '<=', MOST_P50_SECONDS),
    judge('event to target p99, seconds', p99 / 1_000, '<=', MOST_P99_SECONDS),
  ];
};
