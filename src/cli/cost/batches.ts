import { BATCH_SIZE } from '../../contract/stream.ts';
import type { Assumptions } from './assumptions.ts';
import type { Measured } from './measured.ts';
import { processors } from './processor.ts';
import { STACK } from './stack-facts.ts';

/** The stream as Lambda reads it: lanes are shards times parallelization; rows are spread over them by hash. */
export type Stream = { lanes: number; window_seconds: number };

export type Batches = {
  lanes: number;
  /** Of all lanes together. */
  per_second: number;
  /** Each delivery is one event, and one record of the stream. */
  events: number;
};

/** Write units of rows (not of indexes) that one partition takes a second; each partition has a shard. */
const UNITS_PER_SHARD = 1_000;

/** Shards of the stream: as many as the table has partitions, which split when they are hot. */
export const shardsAt = ({ shards }: Assumptions, row_units_per_second: number): number =>
  Math.max(shards, Math.ceil(row_units_per_second / UNITS_PER_SHARD));

/**
 * A lane hands over what came within the window after the first event, so a batch is that one and those of one
 * window; never more than a batch holds.
 */
export const batchesAt = ({ lanes, window_seconds }: Stream, deliveries_per_second: number): Batches => {
  const events = Math.min(BATCH_SIZE, 1 + (deliveries_per_second / lanes) * window_seconds);
  return { lanes, per_second: deliveries_per_second / events, events };
};

/** A document, the latest one and its summary; both of the latter are read before. */
export const PUTS_PER_BATCH = 3;
export const GETS_PER_BATCH = 2;

/** How long a batch of so many events takes (milliseconds). */
export const batchMs = (measured: Measured, assumed: Assumptions, events: number): number => {
  const cpu = measured.batch_cpu_ms + measured.batch_more_cpu_ms * (events - 1);
  const calls = measured.batch_calls_in_sequence + measured.batch_more_calls_in_sequence * (events - 1);
  const s3_calls = PUTS_PER_BATCH + GETS_PER_BATCH;
  return (
    cpu / processors(assumed, STACK.memory_mb.correlate) +
    (calls - s3_calls) * assumed.dynamodb_call_ms +
    s3_calls * assumed.s3_call_ms
  );
};
