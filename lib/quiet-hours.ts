import { SILENCE_MINUTES } from '../src/contract/alarms/upkeep.ts';

/** Daily hours in which no delivery is expected: minutes after midnight in Phoenix. They may pass midnight. */
export type QuietHours = { from: number; to: number };

const DAY = 24 * 60;

/** Phoenix is UTC-7 all year round: Arizona keeps no daylight saving time. */
const TO_UTC = 7 * 60;

const minutes = (hours: string, rest: string): number => Number(hours) * 60 + Number(rest);

const between = (from: number, to: number): number => (to - from + DAY) % DAY;

/**
 * Reads `20:00-06:00`. Null when the text is something else, when it begins as it ends, or when it leaves less
 * than two hours of the day: in one hour there is no full hour of silence to see.
 */
export const parseQuietHours = (text: string): QuietHours | null => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return null;
  const [, fromHour = '', fromMinute = '', toHour = '', toMinute = ''] = match;
  const quiet = { from: minutes(fromHour, fromMinute), to: minutes(toHour, toMinute) };
  return between(quiet.to, quiet.from) >= 2 * SILENCE_MINUTES ? quiet : null;
};

/**
 * CloudWatch metric math that is 1 for a period of `SILENCE_MINUTES` that touches quiet hours, else 0. A period
 * carries the time at which it begins, and HOUR and MINUTE read that in UTC (CloudWatch user guide, "Using math
 * expressions with CloudWatch metrics"). So it must begin at the end of the quiet hours at the earliest, and an
 * hour before they begin again at the latest.
 * @param clock id of a metric of this period that always has values
 */
export const quietExpression = (quiet: QuietHours, clock: string): string => {
  const first = (quiet.to + TO_UTC) % DAY;
  const last = (quiet.from + TO_UTC + DAY - SILENCE_MINUTES) % DAY;
  const time = `(HOUR(${clock}) * 60 + MINUTE(${clock}))`;
  const both = first <= last ? 'AND' : 'OR';
  return `IF((${time} >= ${first}) ${both} (${time} <= ${last}), 0, 1)`;
};
