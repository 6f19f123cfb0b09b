/** Numbers at random in [0, 1), the same ones for the same seed on every machine. */
export type Random = () => number;

/** The generator mulberry32: 32 bits of state, whole-number arithmetic only. */
export const randomOf = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** How many of something that comes at random come within a second, at this mean (Poisson). */
export const arrivals = (random: Random, mean: number): number => {
  if (mean > 500) {
    const bell = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    return Math.max(0, Math.round(mean + Math.sqrt(mean) * bell));
  }
  const limit = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > limit; product *= random()) count += 1;
  return count;
};

/** A time until the next of something that comes at random so often a second (seconds). */
export const pause = (random: Random, per_second: number): number => -Math.log(1 - random()) / per_second;

/**
 * Picks one of `count` things, of which the first is picked most: the second half as often, the third a third as
 * often and so on (Zipf).
 */
export const popularityOf = (count: number): ((random: Random) => number) => {
  const sums: number[] = [];
  let sum = 0;
  for (let rank = 1; rank <= count; rank++) {
    sum += 1 / rank;
    sums.push(sum);
  }
  return (random) => {
    const at = random() * sum;
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  };
};
