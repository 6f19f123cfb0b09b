import type { FunctionName } from '../src/contract/functions.ts';

export type FunctionSettings = {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /**
   * Concurrent invocations set aside for the function, in production only: they come out of the 1,000 that all
   * functions of an account and region share (a new account has as few as 10, and would refuse). Null sets none
   * aside and limits nothing.
   */
  readonly reservedConcurrency: number | null;
  /** Whether stack traces show lines of the sources. Reading the maps costs a start about 70 ms. */
  readonly sourceMaps: boolean;
};

/**
 * What each function is given, and why. Memory is CPU as well: 1,769 MB are one whole processor (Lambda
 * developer guide, "Configure Lambda function memory").
 * @param throttleRate requests a second that the gateway lets through
 */
export const functionSettings = (throttleRate: number): Record<FunctionName, FunctionSettings> => ({
  ingest: {
    // More than half a processor: a cold start is 0.1 to 0.3 s of CPU, and Jira gives 5 s to connect. A body of
    // 4 MB with its base64 and its parsed form needs a fifth of it.
    memoryMb: 1024,
    // All AWS calls of a request end after 3.5 s, so this only ends what hangs, long before API Gateway gives
    // up on it (29 s) and Jira on both (20 s).
    timeoutSeconds: 10,
    // Nothing else in the account can take ingest's place away: a delivery that finds no function is a 503, and
    // Jira's retries are few. One second of deliveries at full rate: warm ones take a tenth of that, the rest
    // is for cold starts and a slow table. It is also a limit, and beyond it the answer is the same 503.
    reservedConcurrency: Math.max(100, throttleRate),
    sourceMaps: false,
  },
  read: {
    // Decompresses up to 64 MB of events for a page, and 160 MB for one of older code; `/stats` counts up to 10,000.
    memoryMb: 512,
    timeoutSeconds: 10,
    // A limit: questions must not take what deliveries need. Twenty at a time are many people.
    reservedConcurrency: 20,
    sourceMaps: false,
  },
  correlate: {
    // One whole processor. A batch may hold 100 deliveries of 2,000 commits each, all in memory at once: read,
    // they took 110 MB, and 400 MB with everything around them.
    memoryMb: 1769,
    // Usually seconds. A batch that needs longer than the longest Lambda allows is cut in two by the mapping,
    // and what was done of it stays done. Single calls have their own, short limits, so none hangs for so long.
    timeoutSeconds: 900,
    // None: shards times parallelization factor limit it already, and what is throttled here only waits.
    reservedConcurrency: null,
    sourceMaps: true,
  },
  sweep: {
    // The same work as correlate.
    memoryMb: 1769,
    // Ends before the next one begins; what it did is written down, and the next goes on from there.
    timeoutSeconds: 840,
    // One at a time: a second one would only do the same work again.
    reservedConcurrency: 1,
    sourceMaps: true,
  },
});
