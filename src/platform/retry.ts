import { setTimeout as timer } from 'node:timers/promises';

/** The maximum number of tries, and how long to wait between them. */
type Tries = Backoff & { tries: number };

/** Milliseconds, doubled from the first wait to the longest; `by_chance` is the random part of each wait, 0 to 1. */
type Backoff = { first_ms: number; longest_ms: number; by_chance: number };

type Options = {
  /** Which faults are worth a retry; default: all but a `TypeError`, which is a bug. */
  mayHeal?: (fault: unknown) => boolean;
  /** Aborts a wait, not a try. */
  signal?: AbortSignal;
  /** How to wait, and the random number (0 to 1); replaced together with the clock. */
  sleep?: (ms: number) => Promise<unknown>;
  chance?: () => number;
};

/** Repeats the work until it succeeds. @throws the last fault, or the `AbortError` of a wait */
export const retry = async <T>(
  work: () => Promise<T>,
  limits: Tries,
  {
    mayHeal = isNoBug,
    signal,
    sleep = (ms) => timer(ms, undefined, { signal }),
    chance = Math.random,
  }: Options = {},
): Promise<T> => {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (fault) {
      if (tried >= limits.tries || !mayHeal(fault)) throw fault;
    }
    await sleep(backoffMs(tried, chance(), limits));
  }
};

const isNoBug = (fault: unknown): boolean => !(fault instanceof TypeError);

/**
 * How long to wait after so many failures in a row (at least 1). Partly random, so that callers that failed together do
 * not retry together.
 * @param chance from 0 to 1
 */
export const backoffMs = (failures: number, chance: number, limits: Backoff): number =>
  Math.min(limits.longest_ms, limits.first_ms * 2 ** (failures - 1)) * (1 - limits.by_chance * (1 - chance));
