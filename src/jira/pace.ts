import pLimit from 'p-limit';
import { toUtcIso } from '../domain/instant.ts';
import type { Clock } from '../platform/clock.ts';
import { createBucket } from './bucket.ts';
import { JiraError } from './jira-error.ts';
import type { Advice } from './rate-headers.ts';

/**
 * `at_once`: requests under way; `a_second`: how many may begin. `until_ms` (epoch milliseconds): whoever asks is about
 * to leave then, so that nothing waits any longer.
 */
export type Limits = { at_once: number; a_second: number; until_ms?: number | null };

export type Pace = {
  /** Does the work when its turn has come. @throws JiraError when that is more than a minute away, or too late */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing begins before then (epoch milliseconds); an earlier hold that lasts longer stays. */
  hold(until: number): void;
  /** Goes on as an answer asks, until the next one does. */
  heed(advice: Advice): void;
  /** Before when nothing may begin (epoch milliseconds); a time that is past, or 0, for now. */
  heldUntil(): number;
  /** @throws JiraError when nothing may begin for more than a minute, or until it is too late */
  checkHold(): void;
};

/** Nobody waits longer than this within a request. */
const LONGEST_WAIT_MS = 60_000;

type Deps = { clock: Clock; sleep: (ms: number) => Promise<unknown> };

/** Turns for requests, evenly spread: those of a second are not sent in one burst. */
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

  /** For the gap never more than one, also when the clock was set back. @throws JiraError when it is too long */
  const waitMs = (): number => {
    checkHold();
    return Math.max(Math.min(last + gap_ms - clock(), gap_ms), heldUntil() - clock());
  };

  /** One after another, and each looks again after its wait: by then an answer may have asked for a longer one. */
  const takeTurn = (): Promise<void> =>
    inTurn(async () => {
      // A timer may fire early by the part of a millisecond that the clock does not show.
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
