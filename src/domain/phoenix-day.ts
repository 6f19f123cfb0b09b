import { DateTime } from 'luxon';

/**
 * True for a calendar day `yyyy-MM-dd` that exists. Apart from `instant.ts`, because luxon would cost the cold start of
 * every function, and only the routes that read need it.
 */
export const isCalendarDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'America/Phoenix' }).isValid;
