import pLimit from 'p-limit';
import { toUtcIso } from '../domain/instant.ts';
import type { Clock } from '../platform/clock.ts';
import { JiraError } from './jira-error.ts';

/** `at_once`: requests under way; `a_second`: how many may begin. */
export type Limits = { at_once: number; a_second: number };

export type Pace = {
  /** Does the work when its turn has come. @throws JiraError when that is more than a minute away */
  run<T>(work: () => Promise<T>): Promise<T>;
  /** Nothing begins before then (epoch milliseconds); an earlier hold that lasts longer stays. */
  hold(until: number): void;
  /** @throws JiraError when nothing may begin for more than a minute */
  checkHold(): void;
};

/** Nobody waits longer than this within a request. */
const LONGEST_WAIT_MS = 60_000;

type Deps = { clock: Clock; sleep: (ms: number) => Promise<unknown> };

/** Turns for requests, evenly spread: those of a second are not sent in one burst. */
export const createPace = ({ at_once, a_second }: Limits, { clock, sleep }: Deps): Pace => {
  const limit = pLimit(at_once);
  const gap_ms = 1000 / a_second;
  let next = 0;
  let held = 0;

  const checkHold = (): void => {
    if (held - clock() <= LONGEST_WAIT_MS) return;
    throw new JiraError('busy', `Jira wants to hear nothing before ${toUtcIso(held)}: try again then.`, held);
  };

  const takeTurn = async (): Promise<void> => {
    for (;;) {
      checkHold();
      const at = Math.max(clock(), next, held);
      next = at + gap_ms;
      // A timer may fire early by the part of a millisecond that the clock does not show.
      while (clock() < at) await sleep(Math.ceil(at - clock()));
      // Somebody may have been told to wait meanwhile: then the turn is a later one.
      if (held <= at) return;
    }
  };

  return {
    run: (work) =>
      limit(async () => {
        await takeTurn();
        return work();
      }),
    hold: (until) => {
      held = Math.max(held, until);
    },
    checkHold,
  };
};
