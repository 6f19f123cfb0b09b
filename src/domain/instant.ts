import { DateTime } from 'luxon';

export const PHOENIX = 'America/Phoenix';

/** The last instant whose ISO form has a four-digit year. */
export const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Epoch milliseconds to `2026-11-22T19:00:00.000Z`. */
export const toUtcIso = (ms: number): string => new Date(ms).toISOString();

/** Arizona keeps UTC-7 all year (no daylight saving time since 1968), so the offset is a constant. */
const PHOENIX_OFFSET_MS = 7 * 3_600_000;

/** Epoch milliseconds to `2026-11-22T12:00:00.000-07:00`. */
export const toPhoenixIso = (ms: number): string =>
  `${new Date(ms - PHOENIX_OFFSET_MS).toISOString().slice(0, -1)}-07:00`;

/** Epoch milliseconds to the Phoenix calendar day, `2026-11-22`. */
export const toPhoenixDay = (ms: number): string => toPhoenixIso(ms).slice(0, 10);

/** Start of a Phoenix day in epoch milliseconds; null if the text is no `yyyy-MM-dd` calendar day. */
export const phoenixDayStart = (day: string): number | null => {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return null;
  const start = DateTime.fromISO(day, { zone: PHOENIX });
  return start.isValid ? start.toMillis() : null;
};

/** An ISO date-time that names its offset; Jira writes it without a colon (`+0000`), in every capture. */
const ISO_WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2})$/;

/** Epoch milliseconds of Jira's date-time text, or null when it names no instant. */
export const parseInstant = (text: string): number | null => {
  if (!ISO_WITH_OFFSET.test(text)) return null;
  const parsed = DateTime.fromISO(text);
  return parsed.isValid ? parsed.toMillis() : null;
};
