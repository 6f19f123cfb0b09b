import { type Assumptions, DELIVERY_KINDS, type DeliveryKind } from './assumptions.ts';
import type { Measured } from './measured.ts';

const KB = 1_024;

/**
 * Write units of a row of this mean size: one for each KB begun, so half a unit more than its size on average,
 * and one at least.
 */
export const writeUnits = (mean_bytes: number): number => Math.max(1, mean_bytes / KB + 0.5);

export const eventBytes = (measured: Measured, body_bytes: number): number =>
  measured.event_base_bytes + measured.event_bytes_per_body_byte * body_bytes;

export const snapshotBytes = (measured: Measured, body_bytes: number): number =>
  measured.snapshot_base_bytes + measured.snapshot_bytes_per_body_byte * body_bytes;

/** What ingest writes for one delivery: calls one after the other, and write units by where they go. */
export type IngestWrites = { calls: number; table_units: number; index_units: number };

/**
 * By the rules of `docs/architecture.md`, "What a write costs", which a test holds against the engine: an event
 * is in by_issue and by_day, one without an issue in by_day only; a new issue has an alias and is in by_project;
 * what names an issue in part puts its alias each time.
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

/** Write units of rows, not of indexes, that one delivery costs in the end (mean of the mix). */
export const rowUnits = (measured: Measured, assumed: Assumptions, body_bytes: number): number =>
  mean(
    assumed,
    (kind) => ingestWrites(measured, body_bytes, kind).table_units + measured[`${kind}_write_units`],
  );
