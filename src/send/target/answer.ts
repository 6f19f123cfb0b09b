import type { Attempt, ExecutionResult } from '../../domain/execution.ts';
import type { Posted } from './post.ts';

/** What is kept of an answer, with the attempt and as the execution's result; nothing where none came. */
export type Kept = Pick<Attempt, 'response_headers' | 'response_body'> & { answer: ExecutionResult | null };

const MOST_RESULT_BYTES = 65_536;
const MOST_BODY_BYTES = 8_192;
const MOST_HEADER_BYTES = 4_096;

/** @param hide takes out what must not be shown again */
export const keepAnswer = ({ status, headers, body, cut }: Posted, hide: (text: string) => string): Kept => {
  if (status === null) return { response_headers: {}, response_body: null, answer: null };
  const text = hide(new TextDecoder('utf-8', { ignoreBOM: true }).decode(body, { stream: cut }));
  const result = firstBytes(text, MOST_RESULT_BYTES);
  return {
    response_headers: keptHeaders(headers, hide),
    response_body: firstBytes(text, MOST_BODY_BYTES),
    answer: {
      status,
      content_type: headers['content-type'] === undefined ? null : hide(headers['content-type']),
      body: result,
      truncated: cut || result.length < text.length,
    },
  };
};

/** The longest beginning that takes so many bytes as UTF-8, whole characters only. */
const firstBytes = (text: string, most: number): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, most), { stream: true });
};

/** The first of them that fit, the last one of those cut. */
const keptHeaders = (headers: Record<string, string>, hide: (text: string) => string) => {
  let room = MOST_HEADER_BYTES;
  const kept = Object.entries(headers).flatMap(([name, value]) => {
    room -= Buffer.byteLength(name);
    if (room <= 0) return [];
    const text = firstBytes(hide(value), room);
    room -= Buffer.byteLength(text);
    return [[name, text]];
  });
  return Object.fromEntries(kept);
};

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
