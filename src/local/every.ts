import { describeFault } from '../errors/errors.ts';
import type { Logger } from '../platform/logger.ts';

/** What is done again and again, and how it is told that it failed. */
type Recurring = { ms: number; what: string; work: () => Promise<unknown>; log: Logger };

/**
 * Does something now and then again and again, never twice at a time: what falls due meanwhile is left out. However often
 * it fails in a row, that is one line, and one more when it works again.
 * @returns what stops it, and waits for what is under way
 */
export const every = ({ ms, what, work, log }: Recurring): (() => Promise<void>) => {
  let failing = false;
  let underWay: Promise<void> | null = null;
  const once = async (): Promise<void> => {
    try {
      await work();
      if (failing) log.info(`${what} works again`);
      failing = false;
    } catch (fault) {
      if (!failing) log.error({ fault: describeFault(fault) }, `${what} failed; it is tried again`);
      failing = true;
    }
    underWay = null;
  };
  const begin = (): void => {
    underWay ??= once();
  };
  begin();
  const timer = setInterval(begin, ms);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await underWay;
  };
};
