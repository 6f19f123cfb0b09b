import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Goal, judge, printTable } from '../shared/section.ts';
import { median, percentile, ratios, spread } from '../shared/stats.ts';
import { deliverAt, type Sent, someBodies } from './deliveries.ts';
import { lateness } from './latency.ts';
import { type SendingInstance, startSendingInstance, subscribe } from './sending-instance.ts';
import { startTarget, type Target } from './targets.ts';

const MOST_RATIO = 2;

const SHORT = { find: { tries: 1, seconds: 1 }, rounds: 1, warmUp: 1, seconds: 2 };
const FULL = { find: { tries: 3, seconds: 10 }, rounds: 5, warmUp: 5, seconds: 30 };

type Effort = typeof FULL;

/** An instance, a database and targets of its own: what one round leaves behind is none of the next. */
const round = async (
  rate: number,
  hangs: boolean,
  { warmUp, seconds }: Effort,
  parent: AsyncDisposableStack,
): Promise<Driven> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const ten = await startTenTargets(owned, { hangs });
  await drive(ten, rate, warmUp);
  return await drive(ten, rate, seconds);
};

const row = (name: string, rounds: Driven[]): string[] => [
  name,
  spread(
    rounds.map((one) => shareUsed(one) * 100),
    0,
  ),
  ...[0.5, 0.99].map((share) =>
    spread(
      rounds.map(({ ms }) => percentile(ms, share)),
      0,
    ),
  ),
];

/** How late events come to nine targets while the tenth hangs, and while it does not, in turns. */
export const oneHangs = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  const effort = short ? SHORT : FULL;
  const rate = await findHalfRate(effort.find, owned);
  const [all, nine]: [Driven[], Driven[]] = [[], []];
  for (let index = 0; index < effort.rounds; index += 1) {
    // Who is first meets a machine that has just rested: each in turn.
    const order = index % 2 === 0 ? [all, nine] : [nine, all];
    for (const side of order) side.push(await round(rate, side === nine, effort, owned));
  }
  const p99 = (rounds: Driven[]) => rounds.map(({ ms }) => percentile(ms, 0.99));
  const ratio = ratios(p99(nine), p99(all));
  printTable(
    `   Ten targets of all events; half of this machine is used at ${rate.toFixed(1)} deliveries a second, ${(rate * 10).toFixed(0)} executions`,
    ['median (range)', 'machine used %', 'p50 ms of nine', 'p99 ms of nine'],
    [row('all ten answer', all), row('the tenth hangs', nine), ['hangs / answers', '', '', spread(ratio)]],
  );
  return [judge('p99 of nine targets, the tenth hangs / answers', median(ratio), '<=', MOST_RATIO)];
};

const FIRST_PER_SECOND = 1;

/** The share of this machine that was used. */
const shareUsed = ({ cpu, seconds }: Pick<Driven, 'cpu' | 'seconds'>): number =>
  cpu / seconds / (availableParallelism() * 1_000);

/** Processor milliseconds a second of an instance that has nothing to do. */
const idleCpu = async ({ instance }: TenTargets, seconds: number): Promise<number> => {
  const before = instance.cpuMs();
  await sleep(seconds * 1_000);
  return (instance.cpuMs() - before) / seconds;
};

/**
 * Deliveries a second at which the instance, its database, the sender and the ten targets use half of this machine.
 * A delivery costs the less the more there are, so it is tried and mended; what others use of the machine is left out.
 * @param effort.tries how often; each takes so many `seconds`
 */
const findHalfRate = async (
  { tries, seconds }: { tries: number; seconds: number },
  parent: AsyncDisposableStack,
): Promise<number> => {
  await using owned = parent.use(new AsyncDisposableStack());
  const ten = await startTenTargets(owned, { hangs: false });
  await drive(ten, FIRST_PER_SECOND, seconds);
  const idle = await idleCpu(ten, seconds);
  const half = availableParallelism() * 500;
  let rate = FIRST_PER_SECOND;
  for (let tried = 0; tried < tries; tried += 1) {
    const driven = await drive(ten, rate, seconds);
    const each = (driven.cpu - idle * driven.seconds) / driven.events;
    rate = (half - idle) / Math.max(1, each);
  }
  return rate;
};

const TARGETS = 10;

/** So long a request to a target that hangs is under way: longer than it is measured. */
const TIMEOUT_SECONDS = 60;

/** An instance with ten subscriptions to all events and a target each. `others`: the first nine. */
type TenTargets = { instance: SendingInstance; others: readonly Target[] };

/** @param options.hangs the tenth takes requests and answers none */
const startTenTargets = async (
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
type Driven = { events: number; ms: number[]; cpu: number; seconds: number };

/** Sends at a rate, and waits until all has come to the nine. */
const drive = async (
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
