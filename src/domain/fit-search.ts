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
