import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

const HOUR_MS = 3_600_000;
const MOST_PER_HOUR = 100;

/**
 * Counts quarantined deliveries of this process and logs one alarm line when more than 100 came within an
 * hour: then it is probably the parser that is wrong, and no longer a sender.
 */
export const createQuarantineAlarm = (clock: Clock, log: Logger): { count(): void } => {
  let times: number[] = [];
  let alarmedAt = Number.NEGATIVE_INFINITY;
  return {
    count() {
      const now = clock();
      times = [...times.filter((time) => now - time < HOUR_MS), now].slice(-MOST_PER_HOUR - 1);
      if (times.length <= MOST_PER_HOUR || now - alarmedAt < HOUR_MS) return;
      alarmedAt = now;
      log.error(
        { alarm: 'quarantine-rate', within_an_hour: times.length },
        'many deliveries are quarantined',
      );
    },
  };
};
