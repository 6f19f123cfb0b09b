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

const correlationUse = ({ workload, measured, assumed }: Facts): Use[] => {
  const { deliveries_per_month } = workload;
  const writes = mean(assumed, (kind) => measured[`${kind}_write_units`]);
  const reads = mean(assumed, (kind) => measured[`${kind}_read_units`]);
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
