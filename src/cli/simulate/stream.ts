import { BATCH_SIZE, BATCH_WINDOW_SECONDS } from '../../contract/stream.ts';
import { ASSUMPTIONS } from '../cost/assumptions.ts';
import { batchesAt, batchMs, hintsPerDelivery, shardsAt } from '../cost/batches.ts';
import { MEASURED } from '../cost/measured.ts';
import { rowUnits } from '../cost/table-units.ts';
import { randomOf } from './random.ts';
import { SITE } from './world.ts';

/** How the stream keeps up at a rate. Hints are what one lane gets of a delivery. */
export type StreamLoad = {
  shards: number;
  lanes: number;
  hints_per_second: number;
  /** Of the busiest lane, in a second of mean traffic. */
  busiest_hints: number;
  /** What one lane works off a second in full batches. */
  lane_capacity: number;
  batches_per_second: number;
  /** Lanes that work at a time. */
  concurrent: number;
};

/** More hints than this need not be spread one by one. */
const MOST_HINTS = 500_000;

/** Hints of the busiest lane, when they are spread as a hash spreads keys: at random. */
const busiestHints = (seed: number, lanes: number, hints_per_second: number): number => {
  const random = randomOf(seed);
  const count = Math.min(MOST_HINTS, Math.ceil(hints_per_second));
  const byLane = new Float64Array(lanes);
  for (let hint = 0; hint < count; hint++) {
    const lane = Math.floor(random() * lanes);
    byLane[lane] = (byLane[lane] ?? 0) + hints_per_second / count;
  }
  return byLane.reduce((most, hints) => Math.max(most, hints), 0);
};

/** Whether correlation keeps up at a rate, with so many batches of one shard at a time. */
export const streamAt = (seed: number, rate: number, parallelization: number): StreamLoad => {
  const row_units = rate * rowUnits(MEASURED, ASSUMPTIONS, SITE.body_bytes);
  const shards = shardsAt(ASSUMPTIONS, row_units);
  const lanes = shards * parallelization;
  const hints_per_second = rate * hintsPerDelivery(ASSUMPTIONS, lanes);
  const batches = batchesAt(ASSUMPTIONS, { lanes, window_seconds: BATCH_WINDOW_SECONDS }, rate);
  const lane_capacity = (BATCH_SIZE * 1_000) / batchMs(MEASURED, ASSUMPTIONS, BATCH_SIZE);
  const busiest_hints = busiestHints(seed, lanes, hints_per_second);
  const busy = (batches.per_second * batchMs(MEASURED, ASSUMPTIONS, batches.hints)) / 1_000;
  return {
    shards,
    lanes,
    hints_per_second,
    busiest_hints,
    lane_capacity,
    batches_per_second: batches.per_second,
    concurrent: Math.min(lanes, busy),
  };
};
