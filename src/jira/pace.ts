import pLimit from 'p-limit';
import { toUtcIso } from '../domain/instant.ts';
import type { Clock } from '../platform/clock.ts';
import { createBucket } from './bucket.ts';
import { JiraError } from './jira-error.ts';
import type { Advice } from './rate-headers.ts';

/**
 * `at_once`: maximum requests in flight; `a_second`: maximum started per second. `until_ms` (epoch milliseconds): the
 * caller ends then, so no request waits beyond it.
 */
export type Limits = { at_once: number; a_second: number; until_ms?: number | null };

export type Pace = {
  /** Runs the work when its turn comes. @throws JiraError when that is more than a minute away, or after `until_ms` */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** No request starts before `until` (epoch milliseconds); an existing hold that lasts longer stays. */
  hold(until: number): void;
  /** Adjusts to what an answer says about limits, until the next answer. */
  heed(advice: Advice): void;
  /** No request starts before this time (epoch milliseconds); a past time or 0: not held. */
  heldUntil(): number;
  /** @throws JiraError when no request may start for more than a minute, or before `until_ms` */
  checkHold(): void;
};

/** A request that would wait longer fails instead. */
const LONGEST_WAIT_MS = 60_000;

type Deps = { clock: Clock; sleep: (ms: number) => Promise<unknown> };

/** Spreads requests evenly over time, instead of sending those of a second in one burst. */
export const createPace = (limits: Limits, { clock, sleep }: Deps): Pace => {
  const { at_once, a_second } = limits;
  const leaving = limits.until_ms ?? Number.POSITIVE_INFINITY;
  const underWay = pLimit(at_once);
  const inTurn = pLimit(1);
  const own_gap_ms = 1000 / a_second;
  let gap_ms = own_gap_ms;
  let last = Number.NEGATIVE_INFINITY;
  let held = 0;
  let sent = 0;
  const filled = createBucket(clock);

  const hold = (until: number): void => {
    held = Math.max(held, until);
  };

  const heldUntil = (): number => Math.max(held, filled.freeAt());

  const checkHold = (): void => {
    const [now, until] = [clock(), heldUntil()];
    if (until <= now || (until - now <= LONGEST_WAIT_MS && until <= leaving)) return;
    throw new JiraError('busy', `Jira accepts no requests before ${toUtcIso(until)}: try again then.`, until);
  };

  /** One gap at most, even if the clock was set back, or until a hold ends. @throws JiraError for too long a hold */
  const waitMs = (): number => {
    checkHold();
    return Math.max(Math.min(last + gap_ms - clock(), gap_ms), heldUntil() - clock());
  };

  /** One at a time; each checks again after its wait, because an answer may have asked for a longer one meanwhile. */
  const takeTurn = (): Promise<void> =>
    inTurn(async () => {
      // A timer may fire early, by the fraction of a millisecond that the clock does not show.
      for (let ms = waitMs(); ms > 0; ms = waitMs()) await sleep(Math.ceil(ms));
      last = clock();
      filled.take();
    });

  return {
    run: (work) =>
      underWay(async () => {
        await takeTurn();
        sent += 1;
        try {
          return await work();
        } finally {
          sent -= 1;
        }
      }),
    hold,
    heed: ({ near_limit, fill_ms, not_before, bucket }) => {
      gap_ms = near_limit ? Math.min(Math.max(2 * own_gap_ms, fill_ms), LONGEST_WAIT_MS) : own_gap_ms;
      hold(not_before ?? 0);
      filled.heed(bucket, sent);
    },
    heldUntil,
    checkHold,
  };
};
