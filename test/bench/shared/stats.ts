export const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);

const sorted = (numbers: readonly number[]): number[] => numbers.toSorted((a, b) => a - b);

/** The value below which this share (0 to 1) lies, by nearest rank; 0 of nothing. */
export const percentile = (numbers: readonly number[], share: number): number => {
  const rank = Math.max(0, Math.ceil(share * numbers.length) - 1);
  return sorted(numbers)[rank] ?? 0;
};

export const median = (numbers: readonly number[]): number => percentile(numbers, 0.5);

/**
 * Ratios of figures measured one after the other. Their median stands the drift of a shared machine better
 * than the ratio of two medians.
 */
export const ratios = (ours: readonly number[], floor: readonly number[]): number[] =>
  ours.map((figure, index) => figure / (floor[index] ?? Number.NaN));

/** `0.91 (0.88 to 0.95)`: the median and the range. */
export const spread = (numbers: readonly number[], digits = 2): string =>
  `${median(numbers).toFixed(digits)} (${Math.min(...numbers).toFixed(digits)} to ${Math.max(...numbers).toFixed(digits)})`;
