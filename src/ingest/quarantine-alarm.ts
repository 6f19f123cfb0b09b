import { type Clock, type Moment, momentOf, passedBetween } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';

const HOUR_MS = 3_600_000;
const MOST_PER_HOUR = 100;

/**
 * Counts quarantined deliveries of this process and logs one alarm line when more than 100 came within an
 * hour: then it is probably the parser that is wrong, and no longer a sender.
 */
export const createQuarantineAlarm = (clock: Clock, log: Logger, steady?: Clock): { count(): void } => {
  let times: Moment[] = [];
  let alarmedAt: Moment | null = null;
  return {
    count() {
      const now = momentOf(clock, steady);
      const withinAnHour = (time: Moment): boolean => passedBetween(time, now) < HOUR_MS;
      times = [...times.filter(withinAnHour), now].slice(-MOST_PER_HOUR - 1);
      if (times.length <= MOST_PER_HOUR || (alarmedAt && withinAnHour(alarmedAt))) return;
      alarmedAt = now;
      log.error(
        { alarm: 'quarantine-rate', within_an_hour: times.length },
        'many deliveries are quarantined',
      );
    },
  };
};
