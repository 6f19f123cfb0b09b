import { setTimeout as sleep } from 'node:timers/promises';
import { type Backoff, backoffMs } from './backoff.ts';

/** How often something is tried at most, and how long each next try waits. */
export type Tries = Backoff & { tries: number };

type Options = {
  /** Which faults another try may heal; without it all but a `TypeError`, which is a bug and stays one. */
  mayHeal?: (fault: unknown) => boolean;
  /** Ends a wait, not a try. */
  signal?: AbortSignal;
};

const isNoBug = (fault: unknown): boolean => !(fault instanceof TypeError);

/** Does the work until it succeeds. @throws its last fault, or the `AbortError` of a wait */
export const retry = async <T>(
  work: () => Promise<T>,
  limits: Tries,
  { mayHeal = isNoBug, signal }: Options = {},
): Promise<T> => {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (fault) {
      if (tried >= limits.tries || !mayHeal(fault)) throw fault;
    }
    await sleep(backoffMs(tried, Math.random(), limits), undefined, { signal });
  }
};
