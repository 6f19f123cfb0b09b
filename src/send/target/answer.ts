import type { Attempt, ExecutionResult } from '../../domain/execution.ts';
import type { Target } from '../../domain/subscription.ts';
import { type Posted, TIME_IS_UP } from './post.ts';

/** What is kept of an answer, with the attempt and as the execution's result; empty if there was no answer. */
export type Kept = Pick<Attempt, 'response_headers' | 'response_body'> & { answer: ExecutionResult | null };

const MOST_RESULT_BYTES = 65_536;
const MOST_BODY_BYTES = 8_192;
const MOST_HEADER_BYTES = 4_096;

/** @param hide removes what must not be shown to people */
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

/** The longest beginning that fits into `most` bytes of UTF-8, whole characters only. */
const firstBytes = (text: string, most: number): string => {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(0, most), { stream: true });
};

/** The first headers that fit, the last of them cut. */
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
 * How long from now a target asks to wait with `Retry-After`, which is seconds or a date in any of HTTP's forms. Null
 * without the header or for anything else. `Date.parse` accepts far more, and reads one of the forms in local time.
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
  // Date.parse turns 30 February into a day in March.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== iso ? null : ms;
};

/** A two-digit year that would be more than 50 years ahead belongs to the century before. */
const fullYear = (year: string, nowMs: number): string => {
  if (year.length === 4) return year;
  const now = new Date(nowMs).getUTCFullYear();
  const candidate = now - (now % 100) + Number(year);
  return String(candidate > now + 50 ? candidate - 100 : candidate);
};

/** What went wrong, in our words; null for a complete 2xx. Reveals neither what was sent nor where. */
export const describe = (
  { status, fault }: Pick<Posted, 'status' | 'fault'>,
  seconds: number,
): string | null => {
  if (fault === TIME_IS_UP) return lateness(status, seconds);
  if (status === null) return noAnswer(fault ?? '');
  if (!isSuccess(status)) return refusal(status);
  return fault === null ? null : `answered ${status}, but the connection ended before the answer did`;
};

const isSuccess = (status: number): boolean => status >= 200 && status < 300;

const lateness = (status: number | null, seconds: number): string =>
  status === null
    ? `no answer within ${seconds} s`
    : `answered ${status}, but the answer did not end within ${seconds} s`;

const refusal = (status: number): string => {
  if (status === 101) return 'answered 101: other protocols are not spoken';
  return status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
};

const noAnswer = (code: string): string => {
  const words = WORDS.find(({ codes }) => codes.test(code))?.words ?? 'the request failed';
  return `${words} (${code})`;
};

const WORDS = [
  { codes: /^ECONNREFUSED$/, words: 'the connection was refused' },
  { codes: /^(ECONNRESET|EPIPE)$/, words: 'the connection ended before an answer' },
  { codes: /^(E(HOST|NET)UNREACH|EADDRNOTAVAIL)$/, words: 'the address cannot be reached' },
  { codes: /^ETIMEDOUT$/, words: 'no connection in time' },
  { codes: /^HPE_/, words: 'the answer is no HTTP' },
  { codes: /CERT|SIGNATURE|ISSUER/, words: 'its certificate is not accepted' },
  { codes: /SSL|TLS|^EPROTO$/, words: 'TLS could not be agreed on' },
];

/** Shorter texts are common words, not secrets. */
const LEAST_CHARACTERS = 8;
/** Shorter segments of a path are names more often than tokens. */
const LEAST_IN_PATH = 16;

const HIDDEN = '[hidden]';

/**
 * Hides secrets in a target's answer: if the target echoes the request, its path, query and headers must not reach
 * people who may not read them.
 */
export const hiderOf = ({ url, headers }: Target): ((text: string) => string) => {
  const secrets = [...new Set([...partsOf(new URL(url)), ...Object.values(headers).flatMap(valuesOf)])]
    .flatMap(formsOf)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((shown, secret) => shown.replaceAll(secret, HIDDEN), text);
};

/** The value, and what follows a scheme such as `Bearer`. */
const valuesOf = (value: string): string[] =>
  [value, value.slice(value.lastIndexOf(' ') + 1)].filter(({ length }) => length >= LEAST_CHARACTERS);

const partsOf = ({ pathname, search, searchParams }: URL): string[] => {
  const asSent = search
    .slice(1)
    .split('&')
    .map((part) => part.slice(part.indexOf('=') + 1));
  const inQuery = [`${pathname}${search}`, search.slice(1), ...asSent, ...searchParams.values()];
  const segments = pathname.split('/').filter(({ length }) => length >= LEAST_IN_PATH);
  const inPath = [pathname, ...segments, ...segments.map(decoded)];
  return [...inQuery, ...inPath].filter(({ length }) => length >= LEAST_CHARACTERS);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** The text itself and its JSON forms, with slashes escaped or not. */
const formsOf = (text: string): string[] => {
  const json = JSON.stringify(text).slice(1, -1);
  return [...new Set([text, json, json.replaceAll('/', '\\/')])];
};
