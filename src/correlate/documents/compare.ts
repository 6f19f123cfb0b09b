/** Less than 0, 0 or more than 0, as `toSorted` wants it. */
type Compare<T> = (a: T, b: T) => number;

/** By code unit: what a locale thinks of order differs between machines. */
export const compareText: Compare<string> = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

const isNumber = (text: string): boolean => /^\d+$/.test(text);

const compareNumbers: Compare<string> = (a, b) => {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** Numbers by value (an id of 20 digits is more than a double holds), before any other text. */
export const numbersFirst: Compare<string> = (a, b) => {
  if (isNumber(a) && isNumber(b)) return compareNumbers(a, b) || compareText(a, b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return compareText(a, b);
};

/**
 * Sorted by the first comparison that tells two items apart, in the end by all they say: nothing depends on the
 * order they came in.
 */
export const sortBy = <T>(items: T[], ...comparisons: Compare<T>[]): T[] =>
  items.toSorted((a, b) => {
    for (const compare of comparisons) {
      const order = compare(a, b);
      if (order !== 0) return order;
    }
    return compareText(JSON.stringify(a), JSON.stringify(b));
  });
