import { arrivals, type Random } from './random.ts';

/** More deliveries than this are not made for one rate: their shares are known well enough by then. */
const MOST_DELIVERIES = 20_000;

const MOST_SECONDS = 60;

/**
 * Seconds of traffic at a rate. Beyond what is simulated whole, one second is simulated in part: each delivery
 * then stands for `weight`.
 */
export type Sample = { seconds: number; mean_per_second: number; weight: number };

export const sampleAt = (deliveries_per_second: number): Sample => {
  if (deliveries_per_second > MOST_DELIVERIES)
    return { seconds: 1, mean_per_second: MOST_DELIVERIES, weight: deliveries_per_second / MOST_DELIVERIES };
  const whole = Math.floor(MOST_DELIVERIES / deliveries_per_second);
  return {
    seconds: Math.max(1, Math.min(MOST_SECONDS, whole)),
    mean_per_second: deliveries_per_second,
    weight: 1,
  };
};

/** Calls `each` for every delivery, second by second, and `next` at the end of each second. */
export const eachSecond = (random: Random, sample: Sample, each: () => void, next: () => void): void => {
  for (let second = 0; second < sample.seconds; second++) {
    for (let left = arrivals(random, sample.mean_per_second); left > 0; left--) each();
    next();
  }
};
