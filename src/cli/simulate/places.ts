import { type Load, loadOf, newTally, type Tally } from './hottest.ts';
import { randomOf } from './random.ts';
import { eachSecond, sampleAt } from './seconds.ts';
import { type Delivery, sourceOf } from './world.ts';
import { PLACES, type Place, type Write, writesOf } from './writes.ts';

export type PlaceLoad = { place: Place; load: Load };

/**
 * The busiest partition of every place at a rate.
 * @param hot share of all deliveries that are about one issue
 * @param writes all writes of a delivery, or those of interest
 */
export const placesAt = (
  seed: number,
  rate: number,
  hot = 0,
  writes: (seed: number, delivery: Delivery) => Write[] = writesOf,
): PlaceLoad[] => {
  const random = randomOf(seed);
  const next = sourceOf(random, hot);
  const sample = sampleAt(rate);
  const tallies = new Map<Place, Tally>(PLACES.map((place) => [place, newTally()]));
  const deliver = (): void => {
    for (const { place, partition, units } of writes(seed, next()))
      tallies.get(place)?.add(partition, units * sample.weight);
  };
  const endSecond = (): void => {
    for (const tally of tallies.values()) tally.nextSecond();
  };
  eachSecond(random, sample, deliver, endSecond);
  return [...tallies].map(([place, tally]) => ({ place, load: loadOf(rate, tally.peak()) }));
};
