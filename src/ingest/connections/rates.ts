import { randomBytes } from 'node:crypto';
import type { Connection } from '../../domain/connection.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { putNewest } from '../../platform/bounded-map.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../../platform/clock.ts';
import type { Share } from '../../store/connections/rate.ts';

/** Whether a delivery may pass; if not, in how many seconds the next minute begins. */
export type Passage = { passes: true } | { passes: false; retry_after: number };

/** Holds connections to the rates that people set. Without a rate it costs nothing. */
export type Rates = {
  /** Asked once for each delivery whose credential was right: what passes spends the rate. Never rejects. */
  take(connection: Pick<Connection, 'connection_id' | 'rate'>, signal: AbortSignal): Promise<Passage>;
};

type RatesOptions = {
  /** Says what this process took within a minute, and answers what all processes did. */
  tell: (share: Share, signal: AbortSignal) => Promise<number>;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
};

/** A process tells the others of what it took at most this often. */
const TELL_MS = 1_000;

const MOST_KEPT = 1_000;

/** What this process knows of one connection within one minute. */
type Minute = {
  minute: number;
  taken: number;
  /** What other processes took, as far as this one was told. It only grows. */
  others: number;
  /** When the others were last told, and whether that is still under way. */
  told: { at: Moment; ends: Promise<boolean>; isOver: boolean } | null;
};

/**
 * The rates of one process. It refuses only what is above the rate by what is known to have been taken: nobody below is
 * ever refused. What others took is known at most a second late, so that about a second of traffic may pass above it.
 */
export const createRates = ({ tell, clock, steady }: RatesOptions): Rates => {
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
        ? beginTelling(
            known,
            now,
            takeFirst(known, limit, () => tell(share, signal)),
          )
        : takeNext(known, limit);
      return (await passes) ? { passes: true } : { passes: false, retry_after: secondsLeft(now.wall) };
    },
  };
};

const isBelow = ({ others, taken }: Minute, limit: number): boolean => others + taken < limit;

const isDue = (known: Minute, now: Moment, limit: number): boolean => {
  const { told } = known;
  return isBelow(known, limit) && (told === null || (told.isOver && passedBetween(told.at, now) >= TELL_MS));
};

const beginTelling = (known: Minute, at: Moment, ends: Promise<boolean>): Promise<boolean> => {
  const told = { at, ends, isOver: false };
  known.told = told;
  return ends.finally(() => {
    told.isOver = true;
  });
};

/**
 * Tells the others of this delivery with all that was taken before. By the order of these writes it is decided who was
 * still within the rate, however many come at once. Where the others cannot be asked, what is known of them stays: a
 * fault of ours refuses nobody.
 */
const takeFirst = async (known: Minute, limit: number, tell: () => Promise<number>): Promise<boolean> => {
  const before = known.taken;
  const sum = await tell().catch(() => known.others + before + 1);
  known.others = Math.max(known.others, sum - before - 1);
  if (sum > limit) return false;
  known.taken += 1;
  return true;
};

/** Waits for what the others say while they are asked; between that this process knows enough by itself. */
const takeNext = async (known: Minute, limit: number): Promise<boolean> => {
  await known.told?.ends;
  if (!isBelow(known, limit)) return false;
  known.taken += 1;
  return true;
};

/** A minute that is over is forgotten with what was not told of it. */
const minuteOf = (minutes: Map<string, Minute>, id: string, minute: number): Minute => {
  const known = minutes.get(id);
  if (known?.minute === minute) return known;
  const begun: Minute = { minute, taken: 0, others: 0, told: null };
  putNewest(minutes, id, begun, MOST_KEPT);
  return begun;
};

const secondsLeft = (nowMs: number): number => Math.ceil((MINUTE_MS - (nowMs % MINUTE_MS)) / 1_000);
