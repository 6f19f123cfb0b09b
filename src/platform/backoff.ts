/** Milliseconds, doubled from the first wait to the longest; `by_chance` is the part of each, 0 to 1, that is drawn. */
export type Backoff = { first_ms: number; longest_ms: number; by_chance: number };

/**
 * How long to wait after so many failures in a row (at least 1). Partly by chance, so that several that failed together
 * do not come back together.
 * @param chance from 0 to 1
 */
export const backoffMs = (failures: number, chance: number, limits: Backoff): number =>
  Math.min(limits.longest_ms, limits.first_ms * 2 ** (failures - 1)) * (1 - limits.by_chance * (1 - chance));
