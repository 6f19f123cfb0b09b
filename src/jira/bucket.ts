import type { Clock } from '../platform/clock.ts';

/** Data Center's token bucket as an answer reports it: `left` requests remain, `fill` are added per interval. */
export type BucketLevel = { left: number; fill: number; interval_ms: number };

export type Bucket = {
  /** Sets the newest level; null: no bucket. @param underWay requests in flight, which the level may not include */
  heed(level: BucketLevel | null, underWay: number): void;
  /** Epoch milliseconds when another request is allowed; 0: now. */
  freeAt(): number;
  /** Takes one request from the bucket. */
  take(): void;
};

/** Keeps its own count between answers, so that requests started before the next answer do not exceed what is left. */
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
