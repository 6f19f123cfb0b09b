import { BATCH_SIZE } from '../../contract/stream.ts';
import type { Assumptions } from './assumptions.ts';
import type { Measured } from './measured.ts';
import { processors } from './processor.ts';
import { STACK } from './stack-facts.ts';
import { mean, recordsOf } from './table-units.ts';

/** The stream as Lambda reads it: lanes are shards times parallelization; rows are spread over them by hash. */
export type Stream = { lanes: number; window_seconds: number };

export type Batches = {
  lanes: number;
  /** Of all lanes together. */
  per_second: number;
  /** Hints of one delivery that come to one lane count as one. */
  hints: number;
};

/** Write units of rows (not of indexes) that one partition takes a second; each partition has a shard. */
const UNITS_PER_SHARD = 1_000;

/** Shards of the stream: as many as the table has partitions, which split when they are hot. */
export const shardsAt = ({ shards }: Assumptions, row_units_per_second: number): number =>
  Math.max(shards, Math.ceil(row_units_per_second / UNITS_PER_SHARD));

/**
 * Hints that one delivery makes: its event and its fields are two rows, which come to the same lane once in as
 * many times as there are lanes.
 */
export const hintsPerDelivery = (assumed: Assumptions, lanes: number): number =>
  mean(assumed, (kind) => (recordsOf(kind) === 1 ? 1 : 2 - 1 / lanes));

/**
 * A lane hands over what came within the window after the first hint, so a batch is that one and those of one
 * window; never more than a batch holds.
 */
export const batchesAt = (
  assumed: Assumptions,
  { lanes, window_seconds }: Stream,
  deliveries_per_second: number,
): Batches => {
  const hints_per_second = deliveries_per_second * hintsPerDelivery(assumed, lanes);
  const hints = Math.min(BATCH_SIZE, 1 + (hints_per_second / lanes) * window_seconds);
  return { lanes, per_second: hints_per_second / hints, hints };
};

/** A document, the latest one and its summary; both of the latter are read before. */
export const PUTS_PER_BATCH = 3;
export const GETS_PER_BATCH = 2;

/** How long a batch of so many hints takes (milliseconds). */
export const batchMs = (measured: Measured, assumed: Assumptions, hints: number): number => {
  const cpu = measured.batch_cpu_ms + measured.batch_more_cpu_ms * (hints - 1);
  const calls = measured.batch_calls_in_sequence + measured.batch_more_calls_in_sequence * (hints - 1);
  const s3_calls = PUTS_PER_BATCH + GETS_PER_BATCH;
  return (
    cpu / processors(assumed, STACK.memory_mb.correlate) +
    (calls - s3_calls) * assumed.dynamodb_call_ms +
    s3_calls * assumed.s3_call_ms
  );
};
