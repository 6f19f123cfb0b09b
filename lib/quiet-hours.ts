import { SILENCE_MINUTES } from '../src/contract/alarms/upkeep.ts';

/** Daily hours without expected deliveries, in minutes after midnight in Phoenix. They may span midnight. */
export type QuietHours = { from: number; to: number };

const DAY = 24 * 60;

/** Phoenix is UTC-7 all year round: Arizona has no daylight saving time. */
const TO_UTC = 7 * 60;

const minutes = (hours: string, rest: string): number => Number(hours) * 60 + Number(rest);

const between = (from: number, to: number): number => (to - from + DAY) % DAY;

/**
 * Parses `20:00-06:00`. Null for any other text, if both times are equal, or if they leave less than two hours of the
 * day, in which no full hour of silence could be detected.
 */
export const parseQuietHours = (text: string): QuietHours | null => {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  if (!match) return null;
  const [, fromHour = '', fromMinute = '', toHour = '', toMinute = ''] = match;
  const quiet = { from: minutes(fromHour, fromMinute), to: minutes(toHour, toMinute) };
  return between(quiet.to, quiet.from) >= 2 * SILENCE_MINUTES ? quiet : null;
};

/**
 * CloudWatch metric math that is 1 for a period of `SILENCE_MINUTES` that overlaps quiet hours, else 0. A period's
 * timestamp is its start, and HOUR and MINUTE read it in UTC (CloudWatch user guide, "Using math expressions with
 * CloudWatch metrics"). So the result is 0 if the period starts between the end of the quiet hours and one hour before
 * they start again.
 * @param clock id of a metric of this period that always has values
 */
export const quietExpression = (quiet: QuietHours, clock: string): string => {
  const first = (quiet.to + TO_UTC) % DAY;
  const last = (quiet.from + TO_UTC + DAY - SILENCE_MINUTES) % DAY;
  const time = `(HOUR(${clock}) * 60 + MINUTE(${clock}))`;
  const both = first <= last ? 'AND' : 'OR';
  return `IF((${time} >= ${first}) ${both} (${time} <= ${last}), 0, 1)`;
};
