import { randomBytes } from 'node:crypto';
import type { Connection } from '../../domain/connection.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { putNewest } from '../../platform/bounded-map.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../../platform/clock.ts';
import type { Share } from '../../store/connections/rate.ts';

/** Whether a delivery is within the rate; `retry_after`: seconds until the next minute begins. */
export type Passage = { passes: true } | { passes: false; retry_after: number };

/** Enforces the configured rates of connections. A connection without a rate costs nothing. */
export type Rates = {
  /** Called once for each authenticated delivery; one that passes counts towards the rate. Never rejects. */
  take(connection: Pick<Connection, 'connection_id' | 'rate'>, signal: AbortSignal): Promise<Passage>;
};

type RatesOptions = {
  /** Stores this process's count of a minute and returns the sum over all processes. */
  exchangeCounts: (share: Share, signal: AbortSignal) => Promise<number>;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
};

/** Shortest time between two exchanges of counts. */
const EXCHANGE_MS = 1_000;

const MOST_KEPT = 1_000;

/** The counts of one connection within one minute, as this process knows them. */
type Minute = {
  minute: number;
  taken: number;
  /** Deliveries taken by other processes, as of the last exchange. Never decreases. */
  others: number;
  /** The last exchange of counts: when it began, its result, and whether it is over. */
  exchange: { at: Moment; ends: Promise<boolean>; isOver: boolean } | null;
};

/**
 * The rates of one process. It refuses only when the known counts reach the rate, so that no sender below the rate is
 * ever refused. Other processes' counts are up to a second old, so about a second's traffic above the rate passes.
 */
export const createRates = ({ exchangeCounts, clock, steady }: RatesOptions): Rates => {
  const process = randomBytes(8).toString('hex');
  const minutes = new Map<string, Minute>();
  return {
    take: async ({ connection_id, rate }, signal) => {
      if (rate === null) return { passes: true };
      const now = momentOf(clock, steady);
      const known = minuteOf(minutes, connection_id, Math.floor(now.wall / MINUTE_MS));
      const limit = Math.max(1, rate.per_minute);
      const share = { connection_id, process, minute: known.minute, taken: known.taken + 1 };
      const passes = isDue(known, now, limit)
        ? beginExchange(
            known,
            now,
            takeFirst(known, limit, () => exchangeCounts(share, signal)),
          )
        : takeNext(known, limit);
      return (await passes) ? { passes: true } : { passes: false, retry_after: secondsLeft(now.wall) };
    },
  };
};

const isBelow = ({ others, taken }: Minute, limit: number): boolean => others + taken < limit;

const isDue = (known: Minute, now: Moment, limit: number): boolean => {
  const { exchange } = known;
  return (
    isBelow(known, limit) &&
    (exchange === null || (exchange.isOver && passedBetween(exchange.at, now) >= EXCHANGE_MS))
  );
};

const beginExchange = (known: Minute, at: Moment, ends: Promise<boolean>): Promise<boolean> => {
  const exchange = { at, ends, isOver: false };
  known.exchange = exchange;
  return ends.finally(() => {
    exchange.isOver = true;
  });
};

/**
 * Exchanges counts, including this delivery. The order of these writes decides which of several concurrent deliveries
 * are within the rate. If the exchange fails, the last known counts apply: a fault of ours refuses no delivery.
 */
const takeFirst = async (
  known: Minute,
  limit: number,
  exchangeCounts: () => Promise<number>,
): Promise<boolean> => {
  const before = known.taken;
  const sum = await exchangeCounts().catch(() => known.others + before + 1);
  known.others = Math.max(known.others, sum - before - 1);
  if (sum > limit) return false;
  known.taken += 1;
  return true;
};

/** Waits for an exchange that is in flight, then decides by the known counts. */
const takeNext = async (known: Minute, limit: number): Promise<boolean> => {
  await known.exchange?.ends;
  if (!isBelow(known, limit)) return false;
  known.taken += 1;
  return true;
};

/** A new minute replaces the previous one, whose unshared counts are dropped. */
const minuteOf = (minutes: Map<string, Minute>, id: string, minute: number): Minute => {
  const known = minutes.get(id);
  if (known?.minute === minute) return known;
  const begun: Minute = { minute, taken: 0, others: 0, exchange: null };
  putNewest(minutes, id, begun, MOST_KEPT);
  return begun;
};

const secondsLeft = (nowMs: number): number => Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1_000);
