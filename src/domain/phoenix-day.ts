import { DateTime } from 'luxon';

/**
 * True for an existing calendar day `yyyy-MM-dd`. Separate from `instant.ts`, because luxon would slow every function's
 * cold start, and only the read routes need it.
 */
export const isCalendarDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'America/Phoenix' }).isValid;
