import { DAY_MS, HOUR_MS, MINUTE_MS, parseInstant, toPhoenixDay } from '../../domain/instant.ts';
import { isCalendarDay } from '../../domain/phoenix-day.ts';
import { UsageError } from '../shared/command.ts';

const UNITS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

/** More days than an event is ever kept are not asked for one by one. */
const MOST_DAYS = 400;

/** The instant that `--since` means. @throws UsageError for any other text, and for what is not past */
export const readSince = (text: string, nowMs: number): number => {
  const ms = agoOf(text, nowMs) ?? dayOf(text) ?? parseInstant(text);
  if (ms === null)
    throw new UsageError(
      '--since must be 30m, 2h, 3d, a day such as 2026-11-22, or 2026-11-22T10:00:00-07:00',
    );
  if (ms > nowMs || ms < nowMs - MOST_DAYS * DAY_MS)
    throw new UsageError(`--since must be in the last ${MOST_DAYS} days`);
  return ms;
};

const agoOf = (text: string, nowMs: number): number | null => {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const length = UNITS[unit];
  return length === undefined ? null : nowMs - Number(count) * length;
};

const dayOf = (text: string): number | null =>
  isCalendarDay(text) ? parseInstant(`${text}T00:00:00-07:00`) : null;

/** Phoenix days from now back to an instant, newest first. */
export const daysSince = (sinceMs: number, nowMs: number): string[] => {
  const days = [toPhoenixDay(nowMs)];
  for (let ms = nowMs - DAY_MS; toPhoenixDay(ms) >= toPhoenixDay(sinceMs); ms -= DAY_MS)
    days.push(toPhoenixDay(ms));
  return days;
};
