import pLimit from 'p-limit';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Clock } from '../../platform/clock.ts';

/** How fast issues are written, over all concurrent calls of `observe`. */
export type Speed = {
  /** Runs the work once there is a free slot. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** To be called when the table throttles: halves the concurrency. */
  halve(): void;
};

/** Issues that are written concurrently, at most. */
const MOST_AT_ONCE = 32;

/** Concurrent calls are throttled together: within this time that counts as one reason to slow down, not many. */
const ONE_REASON_MS = 1_000;

/** After this time without throttling the concurrency doubles. */
const FASTER_AFTER_MS = MINUTE_MS;

/** Slows reconciliation down while the table throttles: writes of webhooks come first. */
export const createSpeed = (clock: Clock): Speed => {
  const limit = pLimit(MOST_AT_ONCE);
  let changedAt = Number.NEGATIVE_INFINITY;

  const changeTo = (atOnce: number): void => {
    limit.concurrency = Math.min(Math.max(1, atOnce), MOST_AT_ONCE);
    changedAt = clock();
  };

  return {
    run: (work) => {
      if (limit.concurrency < MOST_AT_ONCE && clock() - changedAt >= FASTER_AFTER_MS)
        changeTo(2 * limit.concurrency);
      return limit(work);
    },
    halve: () => {
      if (clock() - changedAt >= ONE_REASON_MS) changeTo(Math.floor(limit.concurrency / 2));
    },
  };
};
