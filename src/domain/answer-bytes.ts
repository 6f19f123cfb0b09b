/**
 * Lambda hands over an answer of at most 6 MB (6,291,456 bytes), in which the body is a JSON string: every quotation
 * mark and backslash of the body's own JSON counts twice.
 */
const LAMBDA_BYTES = 6_291_456;

/** Most bytes of what one answer shows; the rest of Lambda's limit is room for headers and a cursor. */
export const MOST_ANSWER_BYTES = LAMBDA_BYTES - 500_000;

/** Most bytes of the items of one page; the first is shown even if it alone is larger. */
export const MOST_PAGE_BYTES = 4_000_000;

const QUOTATION_MARK = 0x22;
const BACKSLASH = 0x5c;

/** What a JSON string of JSON escapes: JSON itself has no other character that it would. */
const countEscaped = (json: string): number => {
  let count = 0;
  for (let at = 0; at < json.length; at += 1) {
    const unit = json.charCodeAt(at);
    if (unit === QUOTATION_MARK || unit === BACKSLASH) count += 1;
  }
  return count;
};

/** Bytes that a value takes in an answer of Lambda. Counted, because large values are measured again and again. */
export const answerBytes = (value: unknown): number => {
  const json = JSON.stringify(value) ?? '';
  return Buffer.byteLength(json) + countEscaped(json) + 2;
};
