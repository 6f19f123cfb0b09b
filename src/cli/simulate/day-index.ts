import { type Load, loadOf, newTally } from './hottest.ts';
import { randomOf } from './random.ts';
import { eachSecond, sampleAt } from './seconds.ts';
import { dayPartitionOf, eventIdOf } from './writes.ts';

/** Numbers of partitions of a day that are compared. */
const SHARDS = [1, 4, 8, 16] as const;

export type DayIndex = { shards: number; load: Load };

/** The busiest partition of `by_day` at a rate, for each number of partitions: an event takes one unit of it. */
export const dayIndexAt = (seed: number, rate: number): DayIndex[] => {
  const sample = sampleAt(rate);
  const days = SHARDS.map((shards) => ({ shards, tally: newTally() }));
  let number = 0;
  const deliver = (): void => {
    number += 1;
    const id = eventIdOf(seed, number);
    for (const { shards, tally } of days) tally.add(dayPartitionOf(id, shards), sample.weight);
  };
  const endSecond = (): void => {
    for (const { tally } of days) tally.nextSecond();
  };
  eachSecond(randomOf(seed), sample, deliver, endSecond);
  return days.map(({ shards, tally }) => ({ shards, load: loadOf(rate, tally.peak()) }));
};
