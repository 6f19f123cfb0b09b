import type { Clock } from '../platform/clock.ts';

/** What an answer says of the bucket that requests are taken from: so many are left, so many come in an interval. */
export type BucketLevel = { left: number; fill: number; interval_ms: number };

export type Bucket = {
  /** The newest level; null when there is no bucket. @param underWay requests that may yet be taken from it */
  heed(level: BucketLevel | null, underWay: number): void;
  /** Epoch milliseconds when one more may be taken; 0 for now. */
  freeAt(): number;
  /** One is taken. */
  take(): void;
};

/** Counts along between answers, so that what begins before the next one does not ask for more than is left. */
export const createBucket = (clock: Clock): Bucket => {
  let left = Number.POSITIVE_INFINITY;
  let fill = 1;
  let interval_ms = 0;
  let filledAt = 0;

  const refill = (): void => {
    for (; left < 1 && clock() >= filledAt; filledAt += interval_ms) left += fill;
  };

  return {
    heed: (level, underWay) => {
      left = level === null ? Number.POSITIVE_INFINITY : level.left - underWay;
      if (level === null) return;
      ({ fill, interval_ms } = level);
      filledAt = clock() + interval_ms;
    },
    freeAt: () => {
      refill();
      return left < 1 ? filledAt : 0;
    },
    take: () => {
      left -= 1;
    },
  };
};
