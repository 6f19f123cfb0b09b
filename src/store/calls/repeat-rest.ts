import { RefusedItemError, UnavailableError } from '../../errors/errors.ts';
import { retry } from '../../platform/retry.ts';

/** A throttled partition needs a moment; without jitter all that wait would come back together. */
const TRIES = { tries: 7, first_ms: 100, longest_ms: 2_000, by_chance: 0.5 };

/** The client has tried those three times itself, or another try would end the same. */
const isFinal = (fault: unknown): boolean =>
  fault instanceof UnavailableError || fault instanceof RefusedItemError;

/**
 * Repeats a batch call with what it left over, until nothing is left. DynamoDB answers 200 with unprocessed keys
 * or items, and asks for backoff before they are sent again (API reference, BatchGetItem and BatchWriteItem).
 * @param once one call: what it did not take
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault or when too much time went by
 */
export const repeatRest = async <T>(
  all: T[],
  once: (rest: T[]) => Promise<T[]>,
  signal: AbortSignal,
): Promise<void> => {
  let rest = all;
  const attempt = async (): Promise<void> => {
    rest = await once(rest);
    if (rest.length > 0) throw new Error('the table took only a part');
  };
  await retry(attempt, TRIES, { mayHeal: (fault) => !isFinal(fault), signal }).catch((fault) => {
    throw isFinal(fault) ? fault : new UnavailableError('table', fault);
  });
};
