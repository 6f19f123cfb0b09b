import { BATCH_SIZE } from '../../contract/functions.ts';
import { type Assumptions, DELIVERY_KINDS, type DeliveryKind, type Measured } from './inputs.ts';
import { deliveriesPerSecond, trafficSeconds, type Workload } from './workload.ts';

/** Everything that quantities are computed from. */
export type Month = {
  workload: Workload;
  measured: Measured;
  assumed: Assumptions;
  batches: Batches;
  batches_per_month: number;
};

/** The month of a workload, with the batches of its deliveries. */
export const monthOf = (workload: Workload, measured: Measured, assumed: Assumptions): Month => {
  const per_second = deliveriesPerSecond(workload);
  const row_units_per_second = per_second * rowUnits(measured, assumed, workload.body_bytes);
  const at_once = shardsAt(assumed, row_units_per_second) * workload.parallelization;
  const batches = batchesAt({ at_once, window_seconds: workload.batch_window_seconds }, per_second);
  return {
    workload,
    measured,
    assumed,
    batches,
    batches_per_month: batches.per_second * trafficSeconds(workload),
  };
};

/** The stream as Lambda reads it. `at_once`: concurrent batches, over which a hash spreads the rows. */
export type Stream = { at_once: number; window_seconds: number };

export type Batches = {
  /** Of all shards together. */
  per_second: number;
  /** Each delivery is one event, and one record of the stream. */
  events: number;
};

/** Write units of rows (not of indexes) that a partition takes per second; each partition has a shard. */
const UNITS_PER_SHARD = 1_000;

/** Shards of the stream: as many as the table has partitions, which split when they are hot. */
export const shardsAt = ({ shards }: Assumptions, row_units_per_second: number): number =>
  Math.max(shards, Math.ceil(row_units_per_second / UNITS_PER_SHARD));

/**
 * A batch is its first event and those that arrive for it within one window, at most the batch size.
 */
export const batchesAt = ({ at_once, window_seconds }: Stream, deliveries_per_second: number): Batches => {
  const events = Math.min(BATCH_SIZE, 1 + (deliveries_per_second / at_once) * window_seconds);
  return { per_second: deliveries_per_second / events, events };
};

/** Write units of rows, not of indexes, of one delivery with its correlation (mean of the mix). */
export const rowUnits = (measured: Measured, assumed: Assumptions, body_bytes: number): number =>
  mean(
    assumed,
    (kind) => ingestWrites(measured, body_bytes, kind).table_units + measured[`${kind}_write_units`],
  );

/** What ingest writes for one delivery: sequential calls, and write units of the table and of indexes. */
export type IngestWrites = { calls: number; table_units: number; index_units: number };

/**
 * By the rules of `docs/architecture.md`, "What a write costs", which a test checks against the engine: an event is in
 * by_issue and by_day, one without an issue only in by_day; a new issue has an alias and is in by_project; a delivery
 * with a partial issue puts its alias each time.
 */
export const ingestWrites = (measured: Measured, body_bytes: number, kind: DeliveryKind): IngestWrites => {
  const event = writeUnits(eventBytes(measured, body_bytes));
  const snapshot = writeUnits(snapshotBytes(measured, body_bytes));
  const writes: Record<DeliveryKind, IngestWrites> = {
    update: { calls: 2, table_units: snapshot + event, index_units: 2 },
    creation: { calls: 3, table_units: 1 + snapshot + event, index_units: 3 },
    recorded: { calls: 2, table_units: 1 + event, index_units: 2 },
    commit: { calls: 1, table_units: event, index_units: 1 },
  };
  return writes[kind];
};

/** The mean over the kinds of deliveries, by their shares. */
export const mean = (assumed: Assumptions, of: (kind: DeliveryKind) => number): number =>
  DELIVERY_KINDS.reduce((sum, kind) => sum + assumed[`${kind}_share`] * of(kind), 0);

const KB = 1_024;

/**
 * Write units of a row of this mean size: one for each started KB, so on average half a unit more than its size, and at
 * least one.
 */
export const writeUnits = (mean_bytes: number): number => Math.max(1, mean_bytes / KB + 0.5);

export const eventBytes = (measured: Measured, body_bytes: number): number =>
  measured.event_base_bytes + measured.event_bytes_per_body_byte * body_bytes;

export const snapshotBytes = (measured: Measured, body_bytes: number): number =>
  measured.snapshot_base_bytes + measured.snapshot_bytes_per_body_byte * body_bytes;
