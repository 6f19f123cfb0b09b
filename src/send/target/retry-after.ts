const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The three forms of a date in HTTP (RFC 9110, section 5.6.7), the name of the day left out. */
const FORMS = [
  /^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/,
  /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/,
];

/**
 * How long a target asks to wait with `Retry-After`, from now on: seconds, or a date in any form of HTTP's. Null for none,
 * and for what is neither. `Date.parse` takes far more, and reads one of the forms in the zone of this machine.
 */
export const readRetryAfter = (text: string | undefined, nowMs: number): number | null => {
  const trimmed = text?.trim() ?? '';
  if (/^\d+$/.test(trimmed)) return Number(trimmed) * 1_000;
  const at = readHttpDate(trimmed.toLowerCase(), nowMs);
  return at === null ? null : Math.max(0, at - nowMs);
};

const readHttpDate = (text: string, nowMs: number): number | null => {
  const found = FORMS.map((form) => form.exec(text)?.groups).find((groups) => groups !== undefined);
  if (found === undefined) return null;
  const { day = '', month = '', year = '', time = '' } = found;
  const monthNumber = String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const iso = `${fullYear(year, nowMs)}-${monthNumber}-${day.trim().padStart(2, '0')}T${time}.000Z`;
  const ms = Date.parse(iso);
  // Date.parse takes 30 February for the day after.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? null : ms;
};

/** Two digits that would be more than 50 years ahead are of the century before. */
const fullYear = (year: string, nowMs: number): string => {
  if (year.length === 4) return year;
  const now = new Date(nowMs).getUTCFullYear();
  const candidate = now - (now % 100) + Number(year);
  return String(candidate > now + 50 ? candidate - 100 : candidate);
};
