import { ASSUMPTIONS } from '../cost/assumptions.ts';
import { MEASURED } from '../cost/measured.ts';
import { STACK } from '../cost/stack-facts.ts';
import { SWEPT_MINUTES, sweepMs } from '../cost/sweep.ts';
import { type Load, loadOf } from './hottest.ts';
import { QUOTAS } from './quotas.ts';

/**
 * One sweep at a rate, when it finds nothing to do: events it looks at, its seconds against its timeout, and what
 * it reads a second of one partition of the day.
 */
export type SweepLoad = { events: number; time: Load; day_reads: Load };

/** Bytes of one read unit, when a read may be a moment old. */
const BYTES_PER_UNIT = 8_192;

export const sweepAt = (rate: number): SweepLoad => {
  const events = rate * SWEPT_MINUTES * 60;
  const seconds = sweepMs(MEASURED, ASSUMPTIONS, events) / 1_000;
  // Every page asks each partition for as many entries as the page has (`src/store/list-day.ts`).
  const entries_per_partition = events;
  const units = (entries_per_partition * MEASURED.by_day_entry_bytes) / BYTES_PER_UNIT;
  return {
    events,
    time: loadOf(rate, seconds, STACK.sweep_timeout_seconds),
    day_reads: loadOf(rate, units / seconds, QUOTAS.partition_reads.limit),
  };
};
