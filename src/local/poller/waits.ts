import { setTimeout as sleep } from 'node:timers/promises';
import { describeFault } from '../../errors/errors.ts';
import type { Logger } from '../../platform/logger.ts';
import { backoffMs } from '../../platform/retry.ts';

/** Short waits, so that polling resumes soon after an outage, however long it was. */
const OUTAGE = { first_ms: 100, longest_ms: 2_000, by_chance: 0.5 };

/** @throws the signal's reason when it is aborted */
export const waitAfter = (failures: number, signal: AbortSignal): Promise<void> =>
  sleep(backoffMs(failures, Math.random(), OUTAGE), undefined, { signal });

/** Retries a call until it succeeds. @throws only when the signal is aborted */
export type Persist = <T>(call: () => Promise<T>) => Promise<T>;

/**
 * Retries calls through outages of the database, however long. An outage is logged once for all calls that share this
 * object: when the first call fails, and when no call fails any more.
 */
export const createPersist = (log: Logger, signal: AbortSignal): Persist => {
  let failing = 0;
  const fails = (fault: unknown): void => {
    if (failing === 0)
      log.warn({ fault: describeFault(fault) }, 'the stream poller cannot reach the database; it retries');
    failing += 1;
  };
  const succeeds = (): void => {
    failing -= 1;
    if (failing === 0) log.info('the stream poller reaches the database again');
  };
  return async (call) => {
    for (let failures = 0; ; ) {
      try {
        const result = await call();
        if (failures > 0) succeeds();
        return result;
      } catch (fault) {
        signal.throwIfAborted();
        if (failures === 0) fails(fault);
        failures += 1;
      }
      await waitAfter(failures, signal);
    }
  };
};

/** Ends a wait early; a ring between waits ends the next wait. */
export type Bell = { ring(): void; wait(ms: number): Promise<void> };

export const createBell = (): Bell => {
  let rung = false;
  let wake = (): void => {};
  return {
    ring: () => {
      rung = true;
      wake();
    },
    wait: async (ms) => {
      if (!rung)
        await new Promise<void>((done) => {
          const timer = setTimeout(done, ms);
          wake = () => {
            clearTimeout(timer);
            done();
          };
        });
      rung = false;
    },
  };
};
