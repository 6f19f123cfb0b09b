/**
 * Lambda returns at most 6 MB (6,291,456 bytes). The body is a JSON string in that response, so every quotation mark
 * and backslash of the body's own JSON counts twice.
 */
const LAMBDA_BYTES = 6_291_456;

/** Maximum bytes of an answer's contents; the rest of Lambda's limit is left for headers and a cursor. */
export const MOST_ANSWER_BYTES = LAMBDA_BYTES - 500_000;

/** Maximum bytes of the items of one page; the first item is returned even if it is larger. */
export const MOST_PAGE_BYTES = 4_000_000;

/** Bytes that a value takes in a Lambda answer. Counted, not built, because large values are measured repeatedly. */
export const answerBytes = (value: unknown): number => {
  if (typeof value === 'string') return textBytes(value);
  const json = JSON.stringify(value) ?? '';
  return Buffer.byteLength(json) + countEscaped(json) + 2;
};

/** Counts without building the JSON, which takes ten times as long for a text with many escapes. */
const textBytes = (text: string): number => {
  let bytes = 6;
  for (let at = 0; at < text.length; at += 1) {
    const character = text.codePointAt(at) ?? 0;
    bytes += characterBytes(character);
    if (character > 0xffff) at += 1;
  }
  return bytes;
};

const QUOTATION_MARK = 0x22;
const BACKSLASH = 0x5c;

/** Characters that JSON escapes like `\n`; other control characters are escaped like `\u0000`. */
const SHORT_ESCAPES: ReadonlySet<number> = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** Bytes of a code point in an answer; JSON escapes a lone surrogate. */
const characterBytes = (character: number): number => {
  if (character === QUOTATION_MARK || character === BACKSLASH) return 4;
  if (character < 0x20) return SHORT_ESCAPES.has(character) ? 3 : 7;
  if (character < 0x80) return 1;
  if (character < 0x800) return 2;
  if (character > 0xffff) return 4;
  return isSurrogate(character) ? 7 : 3;
};

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff;

/** Counts what is escaped when JSON is embedded in a JSON string: JSON contains no other characters to escape. */
const countEscaped = (json: string): number => {
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTATION_MARK || unit === BACKSLASH) count += 1;
  }
  return count;
};

/** At most `length` UTF-16 units of the text, without splitting a surrogate pair. */
export const cutAtCodePoint = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return length < text.length && isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
};

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
