import { setTimeout as timer } from 'node:timers/promises';

/** How often something is tried at most, and how long each next try waits. */
type Tries = Backoff & { tries: number };

/** Milliseconds, doubled from the first wait to the longest; `by_chance` is the part of each, 0 to 1, that is drawn. */
type Backoff = { first_ms: number; longest_ms: number; by_chance: number };

type Options = {
  /** Which faults another try may heal; without it all but a `TypeError`, which is a bug and stays one. */
  mayHeal?: (fault: unknown) => boolean;
  /** Ends a wait, not a try. */
  signal?: AbortSignal;
  /** How it waits, and what it draws by chance (0 to 1); replaced where time is. */
  sleep?: (ms: number) => Promise<unknown>;
  chance?: () => number;
};

/** Does the work until it succeeds. @throws its last fault, or the `AbortError` of a wait */
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
 * How long to wait after so many failures in a row (at least 1). Partly by chance, so that several that failed together
 * do not come back together.
 * @param chance from 0 to 1
 */
export const backoffMs = (failures: number, chance: number, limits: Backoff): number =>
  Math.min(limits.longest_ms, limits.first_ms * 2 ** (failures - 1)) * (1 - limits.by_chance * (1 - chance));
