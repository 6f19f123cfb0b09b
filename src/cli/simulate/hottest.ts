import { QUOTAS } from './quotas.ts';

/** Adds up units by partition within a second, and remembers the busiest partition of the busiest second. */
export type Tally = {
  add(partition: string, units: number): void;
  nextSecond(): void;
  /** Units of the busiest partition in its busiest second. */
  peak(): number;
};

export const newTally = (): Tally => {
  let most = 0;
  const second = new Map<string, number>();
  return {
    add: (partition, units) => second.set(partition, (second.get(partition) ?? 0) + units),
    nextSecond: () => {
      for (const units of second.values()) most = Math.max(most, units);
      second.clear();
    },
    peak: () => most,
  };
};

/**
 * What is asked of something against its limit: 1 is full. `carries` is the rate of deliveries at which it would
 * be full.
 */
export type Load = { rate: number; demand: number; limit: number; load: number; carries: number };

export const loadOf = (rate: number, demand: number, limit: number = QUOTAS.partition_writes.limit): Load => {
  const load = demand / limit;
  return { rate, demand, limit, load, carries: load === 0 ? Number.POSITIVE_INFINITY : rate / load };
};
