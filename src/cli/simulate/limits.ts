import { ASSUMPTIONS } from '../cost/assumptions.ts';
import { PUTS_PER_BATCH } from '../cost/batches.ts';
import { ingestMs } from '../cost/ingest.ts';
import { MEASURED } from '../cost/measured.ts';
import { STACK } from '../cost/stack-facts.ts';
import { ingestWrites, mean, rowUnits } from '../cost/table-units.ts';
import { HOT, hotReads } from './hot-issue.ts';
import { type Load, loadOf } from './hottest.ts';
import { placesAt } from './places.ts';
import { QUOTAS } from './quotas.ts';
import { streamAt } from './stream.ts';
import { sweepAt } from './sweep-load.ts';
import { SITE } from './world.ts';

/** One limit at a rate: what is asked of it, and the setting that moves it. */
export type Limit = { part: string; load: Load; unit: string; setting: string };

const QUOTA = 'quota of the account';

const frontLimits = (rate: number): Limit[] => {
  const busy = (rate * ingestMs(MEASURED, ASSUMPTIONS, SITE.body_bytes)) / 1_000;
  return [
    {
      part: 'gateway, throttle of the stack',
      load: loadOf(rate, rate, STACK.throttle_rate),
      unit: 'requests/s',
      setting: 'context throttleRate and throttleBurst',
    },
    {
      part: 'gateway, the account',
      load: loadOf(rate, rate, QUOTAS.gateway.limit),
      unit: 'requests/s',
      setting: QUOTA,
    },
    {
      part: 'ingest, its reserved concurrency',
      load: loadOf(rate, busy, Math.max(STACK.reserved_ingest, Math.min(rate, STACK.throttle_rate_limit))),
      unit: 'invocations',
      setting: 'lib/function-settings.ts; it grows with throttleRate',
    },
  ];
};

const tableLimits = (rate: number): Limit[] => {
  const rows = rowUnits(MEASURED, ASSUMPTIONS, SITE.body_bytes);
  const indexes = mean(ASSUMPTIONS, (kind) => ingestWrites(MEASURED, SITE.body_bytes, kind).index_units);
  const units = rate * (rows + indexes);
  return [
    {
      part: 'table with indexes, as it is born',
      load: loadOf(rate, units, QUOTAS.new_table_writes.limit),
      unit: 'write units/s',
      setting: 'growth over more than 30 minutes; warm throughput',
    },
    {
      part: 'rows of the table',
      load: loadOf(rate, rate * rows, QUOTAS.table_writes.limit),
      unit: 'write units/s',
      setting: QUOTA,
    },
  ];
};

const readLimits = (seed: number, rate: number): Limit[] => [
  {
    part: 'reads of a hot issue',
    load: hotReads(seed, rate, HOT),
    unit: 'read units/s',
    setting: 'fewer lanes, or a longer window: fewer batches look at it',
  },
  {
    part: 'reads of the sweep, one partition of by_day',
    load: sweepAt(rate).day_reads,
    unit: 'read units/s',
    setting: 'none needed',
  },
];

const partitionLimits = (seed: number, rate: number): Limit[] =>
  placesAt(seed, rate, HOT).map(({ place, load }) => ({
    part: `busiest partition: ${place}`,
    load,
    unit: 'write units/s',
    setting: place === 'by_day' ? 'DAY_SHARDS in src/contract/table.ts' : 'none: another key',
  }));

const correlationLimits = (seed: number, rate: number): Limit[] => {
  const stream = streamAt(seed, rate, STACK.parallelization);
  const busy = (rate * ingestMs(MEASURED, ASSUMPTIONS, SITE.body_bytes)) / 1_000;
  return [
    {
      part: 'stream, the busiest lane',
      load: loadOf(rate, stream.busiest_hints, stream.lane_capacity),
      unit: 'hints/s',
      setting: 'parallelizationFactor in lib/constructs/stream-consumer.ts, 10 at most',
    },
    {
      part: 'Lambda, ingest and correlate together',
      load: loadOf(rate, busy + stream.concurrent, QUOTAS.concurrency.limit),
      unit: 'invocations',
      setting: QUOTA,
    },
    {
      part: 'S3, puts of run documents',
      load: loadOf(rate, stream.batches_per_second * PUTS_PER_BATCH, QUOTAS.prefix_puts.limit),
      unit: 'puts/s',
      setting: 'BATCH_WINDOW_SECONDS in src/contract/stream.ts',
    },
    {
      part: 'sweep, its timeout',
      load: sweepAt(rate).time,
      unit: 's',
      setting: 'OVERLAP_MS in src/handlers/correlate/waiting-events.ts',
    },
    {
      part: 'secret store',
      load: loadOf(
        rate,
        ((1 + ASSUMPTIONS.processes_per_busy * busy) * 12) / 3_600,
        QUOTAS.secret_reads.limit,
      ),
      unit: 'calls/s',
      setting: 'none needed',
    },
  ];
};

/** Every limit at a rate, the fullest first. */
export const limitsAt = (seed: number, rate: number): Limit[] =>
  [
    ...frontLimits(rate),
    ...tableLimits(rate),
    ...partitionLimits(seed, rate),
    ...readLimits(seed, rate),
    ...correlationLimits(seed, rate),
  ].sort((a, b) => b.load.load - a.load.load);
