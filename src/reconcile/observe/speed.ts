import pLimit from 'p-limit';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Clock } from '../../platform/clock.ts';

/** How fast issues are written, over all that is observed at the same time. */
export type Speed = {
  /** Does the work when its turn has come. */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** The table is busy: from now on half as many at once. */
  halve(): void;
};

/** Issues that are written at the same time. */
const MOST_AT_ONCE = 32;

/** What is under way together is refused together: that is one reason to go slower, not many. */
const ONE_REASON_MS = 1_000;

/** So long without a further reason, twice as many at once again. */
const FASTER_AFTER_MS = MINUTE_MS;

/** What webhooks tell comes first: whoever only reads again makes room for it. */
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
