import type { Problem } from '../domain/delivery.ts';
import { MOST_LEVELS, nestingFault } from './nesting.ts';

type ReadJson = { kind: 'json'; value: unknown; text: string } | { kind: 'refused'; problem: Problem };

/** A body that is no JSON; `detail` is for people and holds none of it. */
export const notJson = (detail: string): { kind: 'refused'; problem: Problem } => ({
  kind: 'refused',
  problem: { type: 'body-not-json', status: 400, detail, errors: [] },
});

const NOT_VALID = notJson('The body is not valid JSON.');

const REFUSED_BY = {
  unclosed: NOT_VALID,
  'too-deep': notJson(`The body is nested more than ${MOST_LEVELS} levels deep.`),
};

/** Refuses what is no UTF-8 and drops a byte order mark. */
const decoder = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/** How compressed bytes begin, in hex, by the name of their `Content-Encoding`; `br` has no such mark. */
const MARKS = { gzip: ['1f8b'], deflate: ['7801', '785e', '789c', '78da'], zstd: ['28b52ffd'] };

/** What it is compressed with: by the bytes, which are signed, and never by the header, which is not. */
const encodingOf = (bytes: Uint8Array): string | undefined => {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return Object.entries(MARKS).find(([, marks]) => marks.some((mark) => start.startsWith(mark)))?.[0];
};

/**
 * The JSON in a body and the text it was parsed from, or the problem. Never throws.
 * @param empty the message for an empty body.
 */
export const readJson = (bytes: Uint8Array, empty: string): ReadJson => {
  const encoding = encodingOf(bytes);
  if (encoding !== undefined)
    return notJson(`The body is compressed: send it as plain JSON, without "Content-Encoding: ${encoding}".`);
  const text = decode(bytes);
  if (text === null) return notJson('The body is not valid UTF-8.');
  if (text.trim() === '') return notJson(empty);
  const fault = nestingFault(text);
  if (fault !== null) return REFUSED_BY[fault];
  try {
    return { kind: 'json', value: JSON.parse(text), text };
  } catch {
    return NOT_VALID;
  }
};
