import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

/**
 * Does something while the sleeps of this process (`node:timers/promises`) are as long as `lengthOf` says of each:
 * what a command waits for a person would wait for too, but a test need not.
 */
export const whileSleepsAre = async <T>(
  lengthOf: (ms: number) => number,
  work: () => Promise<T>,
): Promise<T> => {
  const { setTimeout: sleep } = timers;
  const changed: typeof sleep = (ms = 1, ...rest) => sleep(lengthOf(ms), ...rest);
  timers.setTimeout = changed;
  syncBuiltinESMExports();
  try {
    return await work();
  } finally {
    timers.setTimeout = sleep;
    syncBuiltinESMExports();
  }
};
