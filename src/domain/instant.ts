export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

/** The last instant whose ISO form has a four-digit year. */
export const LAST_INSTANT_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Epoch milliseconds to `2026-11-22T19:00:00.000Z`. */
export const toUtcIso = (ms: number): string => new Date(ms).toISOString();

export const TIMEZONE = 'America/Phoenix';

/** Arizona keeps UTC-7 all year (no daylight saving time since 1968), so the offset is a constant. */
const PHOENIX_OFFSET_MS = 7 * HOUR_MS;

/** Epoch milliseconds to `2026-11-22T12:00:00.000-07:00`. */
export const toPhoenixIso = (ms: number): string =>
  `${new Date(ms - PHOENIX_OFFSET_MS).toISOString().slice(0, -1)}-07:00`;

/** Epoch milliseconds to the Phoenix calendar day, `2026-11-22`. */
export const toPhoenixDay = (ms: number): string => toPhoenixIso(ms).slice(0, 10);

/** Epoch milliseconds at which the next Phoenix day begins. */
export const nextPhoenixDay = (ms: number): number => ms + DAY_MS - ((ms - PHOENIX_OFFSET_MS) % DAY_MS);

/** Date, time, optional seconds and fraction, and an offset, which every captured Jira body has without a colon. */
const ISO_WITH_OFFSET =
  /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2})?(?:\.(\d{1,9}))?(?:Z|([+-])(\d{2}):?(\d{2}))$/;

/**
 * Epoch milliseconds of Jira's date-time text, or null when it is not an instant, such as 30 February.
 * Hand-written, because only this would need a date library, and every cold start would pay for it.
 */
export const parseInstant = (text: string): number | null => {
  const match = ISO_WITH_OFFSET.exec(text);
  if (!match) return null;
  const [, minute = '', second = ':00', fraction = '0', sign, hours = '0', minutes = '0'] = match;
  const local = `${minute}${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`;
  const ms = Date.parse(local);
  // Date.parse reads 30 February and 24:00 as the following day.
  if (Number.isNaN(ms) || toUtcIso(ms) !== local || Number(hours) > 23 || Number(minutes) > 59) return null;
  return ms - offsetMs(sign, Number(hours), Number(minutes));
};

const offsetMs = (sign: string | undefined, hours: number, minutes: number): number =>
  (sign === '-' ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS;

const EPOCH_TEXT = /^\d{12,15}$/;

/**
 * Epoch milliseconds of an instant: Jira's date-time text, or epoch milliseconds as a number or as digits, which some
 * senders write. Null for anything else, including epoch seconds.
 */
export const instantOf = (value: unknown): number | null => {
  if (typeof value === 'number') return epochMs(value);
  if (typeof value !== 'string') return null;
  return EPOCH_TEXT.test(value) ? epochMs(Number(value)) : parseInstant(value);
};

/** A smaller number (before March 1973 in milliseconds) is more likely seconds, which stay below it until 5138. */
const FIRST_EPOCH_MS = 100_000_000_000;

const epochMs = (value: number): number | null =>
  Number.isInteger(value) && value >= FIRST_EPOCH_MS && value <= LAST_INSTANT_MS ? value : null;
