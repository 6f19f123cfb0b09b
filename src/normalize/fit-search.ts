/**
 * The least count from 1 to `most` that is good, found in about log2(most) tries; null when `most` is not
 * good (or 0). Presumes that more is never worse; if it sometimes is, the answer is good but perhaps not
 * the least.
 */
export const leastThatFits = (most: number, isGood: (count: number) => boolean): number | null => {
  if (most < 1 || !isGood(most)) return null;
  let bad = 0;
  let good = most;
  while (good - bad > 1) {
    const middle = (good + bad) >>> 1;
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return good;
};

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;

/** At most `length` UTF-16 units of the text, and never half of a code point. */
export const cutAtCodePoint = (text: string, length: number): string => {
  const cut = text.slice(0, length);
  return length < text.length && isHighSurrogate(cut.charCodeAt(cut.length - 1)) ? cut.slice(0, -1) : cut;
};
