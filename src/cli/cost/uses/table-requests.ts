import type { DeliveryKind } from '../assumptions.ts';
import type { Measured } from '../measured.ts';
import { LOOKS_PER_EVENT } from '../sweep.ts';
import { ingestWrites, mean } from '../table-units.ts';
import { type Facts, linesOf, type Use } from '../use.ts';

const line = linesOf('DynamoDB');
const write = (what: string, units: number): Use => line(what, units, 'write units', 'dynamodb_write_unit');
const read = (what: string, units: number): Use => line(what, units, 'read units', 'dynamodb_read_unit');

const ingestUse = ({ workload, measured, assumed }: Facts): Use[] => {
  const { deliveries_per_month, body_bytes } = workload;
  const units = (part: 'table_units' | 'index_units'): number =>
    deliveries_per_month * mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind)[part]);
  return [
    write('ingest writes: rows', units('table_units')),
    write('ingest writes: indexes', units('index_units')),
  ];
};

/** Read units of one delivery, between the measured cases "in one batch" and "each record in a batch". */
const readUnits = (measured: Measured, kind: DeliveryKind, apart: number): number => {
  const together = measured[`${kind}_read_units`];
  if (kind === 'update') return together + apart * (measured.update_apart_read_units - together);
  if (kind === 'creation') return together + apart * (measured.creation_apart_read_units - together);
  return together;
};

const correlationUse = ({ workload, measured, assumed, batches }: Facts): Use[] => {
  const { deliveries_per_month } = workload;
  const apart = 1 - 1 / batches.lanes;
  const writes = mean(assumed, (kind) => measured[`${kind}_write_units`]);
  const reads = mean(assumed, (kind) => readUnits(measured, kind, apart));
  const looked_at = deliveries_per_month * LOOKS_PER_EVENT;
  return [
    write('correlation writes, indexes included', deliveries_per_month * writes),
    read('correlation reads', deliveries_per_month * reads),
    read('sweep reads', (looked_at / 1_000) * measured.sweep_read_units_per_1000),
    read('stream, as Lambda reads it (free)', 0),
  ];
};

/** Write and read request units on demand: every index counts beside its table. */
export const tableRequestUse = (facts: Facts): Use[] => [
  ...ingestUse(facts),
  ...(facts.workload.correlation ? correlationUse(facts) : []),
];
