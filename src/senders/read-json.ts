import type { Problem } from '../domain/delivery.ts';

type ReadJson = { kind: 'json'; value: unknown; text: string } | { kind: 'refused'; problem: Problem };

/** Refuses a body that is not JSON; `detail` is for people and quotes nothing of the body. */
export const notJson = (detail: string): { kind: 'refused'; problem: Problem } => ({
  kind: 'refused',
  problem: { type: 'body-not-json', status: 400, detail, errors: [] },
});

const NOT_VALID = notJson('The body is not valid JSON.');

/** Half the levels that fit into 4 MB. Code that reads a body works level by level, without recursion. */
const MOST_LEVELS = 2 ** 20;

const REFUSED_BY = {
  unclosed: NOT_VALID,
  'too-deep': notJson(`The body is nested more than ${MOST_LEVELS} levels deep.`),
};

/** Rejects invalid UTF-8 and drops a byte order mark. */
const decoder = new TextDecoder('utf-8', { fatal: true });

const decode = (bytes: Uint8Array): string | null => {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
};

/** The first bytes of compressed data, in hex, by `Content-Encoding`; `br` has no such mark. */
const MARKS = { gzip: ['1f8b'], deflate: ['7801', '785e', '789c', '78da'], zstd: ['28b52ffd'] };

/** The compression of a body, detected from its bytes, which are signed, and not from the header, which is not. */
const encodingOf = (bytes: Uint8Array): string | undefined => {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('hex');
  return Object.entries(MARKS).find(([, marks]) => marks.some((mark) => start.startsWith(mark)))?.[0];
};

/**
 * Parses the JSON in a body. Returns it with its text, or the problem. Never throws.
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

/**
 * Why a text is not parsed: its brackets are not balanced, so that it is not JSON, or they are nested too deeply. Null
 * for any other text, JSON or not. V8 needs seconds to parse such a text; this check takes a tenth of the time of
 * parsing.
 */
const nestingFault = (text: string): 'unclosed' | 'too-deep' | null => {
  if (text.length < SHORT) return null;
  let levels = 0;
  let deepest = 0;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text.charCodeAt(at);
    if (sign === QUOTE) at = endOfString(text, at);
    else if (OPENS.has(sign)) levels += 1;
    else if (CLOSES.has(sign)) levels -= 1;
    if (levels < 0) return 'unclosed';
    if (levels > deepest) deepest = levels;
  }
  if (levels > 0) return 'unclosed';
  return deepest > MOST_LEVELS ? 'too-deep' : null;
};

/** A shorter text, as in most deliveries, is always parsed quickly. */
const SHORT = 100_000;

const QUOTE = 0x22;
const OPENS = new Set([0x5b, 0x7b]);
const CLOSES = new Set([0x5d, 0x7d]);

/** The end of the string that begins here; the end of the text if the string is not closed. */
const endOfString = (text: string, begin: number): number => {
  let at = text.indexOf('"', begin + 1);
  while (at !== -1 && isEscaped(text, at)) at = text.indexOf('"', at + 1);
  return at === -1 ? text.length : at;
};

const isEscaped = (text: string, at: number): boolean => {
  let begin = at;
  while (text[begin - 1] === '\\') begin -= 1;
  return (at - begin) % 2 === 1;
};
