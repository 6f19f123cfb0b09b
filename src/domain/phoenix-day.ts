import { DateTime } from 'luxon';

/** True for a calendar day `yyyy-MM-dd` that there is. */
export const isCalendarDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && DateTime.fromISO(text, { zone: 'America/Phoenix' }).isValid;
