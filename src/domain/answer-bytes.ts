/**
 * Lambda hands over an answer of at most 6 MB (6,291,456 bytes), in which the body is a JSON string: every quotation
 * mark and backslash of the body's own JSON counts twice.
 */
const LAMBDA_BYTES = 6_291_456;

/** Most bytes of what one answer shows; the rest of Lambda's limit is room for headers and a cursor. */
export const MOST_ANSWER_BYTES = LAMBDA_BYTES - 500_000;

/** Most bytes of the items of one page; the first is shown even if it alone is larger. */
export const MOST_PAGE_BYTES = 4_000_000;

/** Bytes that a value takes in an answer of Lambda. */
export const answerBytes = (value: unknown): number =>
  Buffer.byteLength(JSON.stringify(JSON.stringify(value) ?? ''));
