import { BATCH_SIZE, SWEEP_MINUTES } from '../../contract/functions.ts';
import { METRICS, type MetricName } from '../../contract/metrics.ts';
import {
  type Assumptions,
  DELIVERY_KINDS,
  type DeliveryKind,
  deliveriesPerSecond,
  HOURS_OF_MONTH,
  type Measured,
  STACK,
  trafficSeconds,
  type Workload,
} from './inputs.ts';

/** Everything a quantity is made from. */
export type Month = {
  workload: Workload;
  measured: Measured;
  assumed: Assumptions;
  batches: Batches;
  batches_per_month: number;
};

/** The month of a workload, with the batches that its deliveries make. */
export const monthOf = (workload: Workload, measured: Measured, assumed: Assumptions): Month => {
  const per_second = deliveriesPerSecond(workload);
  const row_units_per_second = per_second * rowUnits(measured, assumed, workload.body_bytes);
  const lanes = shardsAt(assumed, row_units_per_second) * workload.parallelization;
  const batches = batchesAt({ lanes, window_seconds: workload.batch_window_seconds }, per_second);
  return {
    workload,
    measured,
    assumed,
    batches,
    batches_per_month: batches.per_second * trafficSeconds(workload),
  };
};

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
 * A lane hands over what arrived within the window after the first event, so a batch is that one and those of one
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

/** The sweep runs day and night. */
export const SWEEPS_PER_MONTH = (HOURS_OF_MONTH * 60) / SWEEP_MINUTES;

/**
 * Minutes of events that one sweep looks at: those since 75 minutes before its mark, which the sweep before it
 * left one interval before its own time (`src/correlate/known/waiting-events.ts`).
 */
export const SWEPT_MINUTES = 75 + SWEEP_MINUTES;

/** How often every event is looked at. */
export const LOOKS_PER_EVENT = SWEPT_MINUTES / SWEEP_MINUTES;

/** How long a sweep takes for so many events, of which it finds none unhandled (milliseconds). */
export const sweepMs = (measured: Measured, assumed: Assumptions, events: number): number => {
  const share = processors(assumed, STACK.memory_mb.sweep);
  const per_1000 =
    measured.sweep_cpu_ms_per_1000 / share + measured.sweep_calls_per_1000 * assumed.dynamodb_call_ms;
  return (events / 1_000) * per_1000;
};

/** Measured with a known and with a new issue; what writes less is taken to need as much as a known one. */
const cpuMs = (measured: Measured, kind: DeliveryKind): number =>
  kind === 'creation' ? measured.ingest_new_cpu_ms : measured.ingest_known_cpu_ms;

/**
 * How long ingest takes for one delivery (milliseconds, mean of the mix): its CPU at the processors it has, its
 * writes one after the other, and its share of starts.
 */
export const ingestMs = (measured: Measured, assumed: Assumptions, body_bytes: number): number => {
  const share = processors(assumed, STACK.memory_mb.ingest);
  const calls = mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind).calls);
  const cpu = mean(assumed, (kind) => cpuMs(measured, kind));
  const starts = assumed.cold_share * measured.ingest_start_ms;
  return (cpu + starts) / share + calls * assumed.dynamodb_call_ms;
};

/** Processors that a Lambda function of this memory has for one thread. */
export const processors = ({ mb_per_processor }: Assumptions, memory_mb: number): number =>
  Math.min(1, memory_mb / mb_per_processor);

/** What is charged for invocations that take so long (milliseconds) with this memory. */
export const gbSeconds = (invocations: number, duration_ms: number, memory_mb: number): number =>
  (invocations * (duration_ms / 1_000) * memory_mb) / 1_024;

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

/** An event with its entries, and with correlation its status; each row and entry has DynamoDB's own bytes. */
export const bytesPerEvent = ({ workload, measured, assumed }: Month): number => {
  const event = eventBytes(measured, workload.body_bytes);
  const entries = measured.by_issue_entry_bytes + measured.by_day_entry_bytes;
  const status = workload.correlation ? measured.status_row_bytes + assumed.row_overhead_bytes : 0;
  return event + entries + 3 * assumed.row_overhead_bytes + status;
};

/** What a month adds that does not expire: its new issues and its new commits. */
export const stayingBytes = ({ workload, measured, assumed }: Month): number => {
  const { deliveries_per_month, body_bytes, correlation } = workload;
  const overhead = assumed.row_overhead_bytes;
  const snapshot = snapshotBytes(measured, body_bytes);
  // All rows were measured with a body of usual size; one with a large body has more in its snapshot.
  const issue = correlation
    ? Math.max(measured.issue_rows_bytes, snapshot) + measured.issue_rows * overhead
    : snapshot + overhead;
  const commit = correlation ? measured.commit_rows_bytes + measured.commit_rows * overhead : 0;
  return deliveries_per_month * (assumed.creation_share * issue + assumed.commit_share * commit);
};

/** A process reads the secret again after five minutes (`src/verify/secret-source.ts`). */
const SECRET_READS_PER_HOUR = 12;

/** Processes of ingest: an idle one, and as many more as are busy. */
export const processesOf = ({ workload, measured, assumed }: Month): number => {
  const duration_seconds = ingestMs(measured, assumed, workload.body_bytes) / 1_000;
  return 1 + assumed.processes_per_busy * deliveriesPerSecond(workload) * duration_seconds;
};

/** Reads of the secret. */
export const secretCalls = (month: Month): number =>
  processesOf(month) * SECRET_READS_PER_HOUR * month.workload.hours_per_month;

/** Each invocation leaves Lambda's own lines, one of the log and one of a metric; each request one of access. */
export const logBytes = ({ workload, measured, assumed, batches_per_month }: Month): number => {
  const invocation = assumed.platform_line_bytes + measured.metric_line_bytes;
  const lines = measured.delivery_line_bytes + assumed.access_line_bytes;
  const delivered = workload.deliveries_per_month * (invocation + lines);
  if (!workload.correlation) return delivered;
  const batched = batches_per_month * (invocation + measured.batch_line_bytes);
  return delivered + batched + SWEEPS_PER_MONTH * assumed.platform_line_bytes;
};

/** What counts the usual work has values whenever deliveries arrive; everything else counts what goes wrong. */
const USUAL: MetricName[] = ['JiraDeliveriesTaken', 'CommitDeliveriesTaken', 'EventsProcessed'];

/** Counted by reconciliation: the first one in every hour, the others seldom. */
const OF_SITE: MetricName[] = [
  'UpdatesComplete',
  'IssuesObserved',
  'ChangesMissed',
  'DriftFound',
  'CensusLate',
  'ReconcileStarting',
  'WebhooksMissing',
];

/** Of the part that sends, which is off by default. */
const OF_EXECUTIONS: MetricName[] = [
  'ExecutionsCompleted',
  'ExecutionsFailed',
  'ExecutionsWaiting',
  'OldestDueSeconds',
  'TargetOpened',
  'TargetDisabled',
];

/** A custom metric is charged for the hours in which it has a value. */
export const metricMonths = ({ workload, assumed }: Month): number => {
  const apart = USUAL.length + OF_SITE.length + OF_EXECUTIONS.length;
  const rare = Object.keys(METRICS).length - apart + STACK.gateway_metrics;
  const of_site = workload.issues > 0 ? 1 + (OF_SITE.length - 1) * assumed.rare_hours : 0;
  return USUAL.length * (workload.hours_per_month / HOURS_OF_MONTH) + rare * assumed.rare_hours + of_site;
};

/** Traces that X-Ray records. */
export const tracesRecorded = ({ workload, assumed, batches }: Month): number => {
  if (!workload.traces) return 0;
  const ingest = tracesPerSecond(assumed, deliveriesPerSecond(workload)) * trafficSeconds(workload);
  if (!workload.correlation) return ingest;
  const correlate = tracesPerSecond(assumed, batches.per_second) * trafficSeconds(workload);
  return ingest + correlate + SWEEPS_PER_MONTH;
};

/** The first request of each second that has any, and a share of the others. Requests arrive at random. */
const tracesPerSecond = ({ trace_share }: Assumptions, requests_per_second: number): number => {
  const first = 1 - Math.exp(-requests_per_second);
  return first + trace_share * (requests_per_second - first);
};
