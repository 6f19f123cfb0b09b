import { SWEEP_MINUTES } from '../../contract/functions.ts';
import type { Assumptions, DeliveryKind, Measured } from './inputs.ts';
import { gateway, lambda, schedule, secrets, type Use } from './lines.ts';
import { ingestWrites, type Month, mean } from './month.ts';
import { deliveriesPerSecond, HOURS_OF_MONTH, STACK } from './workload.ts';

/** A request is charged for each started 512 KB. */
export const gatewayUse = ({ workload: { deliveries_per_month, body_bytes } }: Month): Use[] => {
  const units = deliveries_per_month * Math.max(1, Math.ceil(body_bytes / API_UNIT_BYTES));
  return [gateway('HTTP API requests, in units of 512 KB', units, 'requests', 'http_api_request')];
};

const API_UNIT_BYTES = 512 * 1_024;

/** Requests and GB-seconds of each function. Requests to the read function are left out. */
export const lambdaUse = ({ workload, measured, assumed, batches, batches_per_month }: Month): Use[] => {
  const { deliveries_per_month, body_bytes } = workload;
  const ingest = invocations('ingest', deliveries_per_month, ingestMs(measured, assumed, body_bytes));
  if (!workload.correlation) return ingest;
  const swept = (deliveries_per_month * LOOKS_PER_EVENT) / SWEEPS_PER_MONTH;
  return [
    ...ingest,
    ...invocations('correlate', batches_per_month, batchMs(measured, assumed, batches.events)),
    ...invocations('sweep', SWEEPS_PER_MONTH, sweepMs(measured, assumed, swept)),
  ];
};

/** The charges for a function that is called so many times. */
export const invocations = (
  name: keyof typeof STACK.memory_mb,
  times: number,
  duration_ms: number,
): Use[] => {
  const memory_mb = STACK.memory_mb[name];
  const each = `${name}: ${duration_ms.toFixed(0)} ms of ${memory_mb} MB each`;
  return [
    lambda(`${name}: requests`, times, 'requests', 'lambda_request'),
    lambda(each, gbSeconds(times, duration_ms, memory_mb), 'GB-seconds', 'lambda_arm_gb_second'),
  ];
};

/** The charged GB-seconds of invocations with this duration (milliseconds) and memory. */
export const gbSeconds = (invocations: number, duration_ms: number, memory_mb: number): number =>
  (invocations * (duration_ms / 1_000) * memory_mb) / 1_024;

/** The share of a processor, at most one, that a thread has in a Lambda function with this memory. */
export const processors = ({ mb_per_processor }: Assumptions, memory_mb: number): number =>
  Math.min(1, memory_mb / mb_per_processor);

/** Measured with a known and with a new issue; kinds that write less are assumed to need as much as a known one. */
const cpuMs = (measured: Measured, kind: DeliveryKind): number =>
  kind === 'creation' ? measured.ingest_new_cpu_ms : measured.ingest_known_cpu_ms;

/**
 * How long ingest takes for one delivery (milliseconds, mean of the mix): its CPU time at its share of a processor,
 * sequential writes, and its share of cold starts.
 */
export const ingestMs = (measured: Measured, assumed: Assumptions, body_bytes: number): number => {
  const share = processors(assumed, STACK.memory_mb.ingest);
  const calls = mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind).calls);
  const cpu = mean(assumed, (kind) => cpuMs(measured, kind));
  const starts = assumed.cold_share * measured.ingest_start_ms;
  return (cpu + starts) / share + calls * assumed.dynamodb_call_ms;
};

/** A document, the latest one and its summary; the latter two are read first. */
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

/** The sweep runs around the clock. */
export const SWEEPS_PER_MONTH = (HOURS_OF_MONTH * 60) / SWEEP_MINUTES;

/**
 * Minutes of events that one sweep reads: those since 75 minutes before its mark, which the previous sweep left one
 * interval before its own time (`src/correlate/known/waiting-events.ts`).
 */
export const SWEPT_MINUTES = 75 + SWEEP_MINUTES;

/** How many sweeps read each event. */
export const LOOKS_PER_EVENT = SWEPT_MINUTES / SWEEP_MINUTES;

/** How long a sweep takes for so many events, none of them unhandled (milliseconds). */
export const sweepMs = (measured: Measured, assumed: Assumptions, events: number): number => {
  const share = processors(assumed, STACK.memory_mb.sweep);
  const per_1000 =
    measured.sweep_cpu_ms_per_1000 / share + measured.sweep_calls_per_1000 * assumed.dynamodb_call_ms;
  return (events / 1_000) * per_1000;
};

/** The secret and the schedule of the sweep. */
export const secretUse = (month: Month): Use[] => [
  secrets('one secret', 1, 'secrets', 'secret_month'),
  secrets('calls, by each process every 5 minutes', secretCalls(month), 'calls', 'secret_call'),
  ...(month.workload.correlation
    ? [schedule('runs of the sweep', SWEEPS_PER_MONTH, 'runs', 'schedule_run')]
    : []),
];

/** A process reads the secret again after five minutes (`src/verify/secret-source.ts`). */
const SECRET_READS_PER_HOUR = 12;

/** Reads of the secret. */
const secretCalls = (month: Month): number =>
  processesOf(month) * SECRET_READS_PER_HOUR * month.workload.hours_per_month;

/** Processes of ingest: an idle one, and the busy ones. */
export const processesOf = ({ workload, measured, assumed }: Month): number => {
  const duration_seconds = ingestMs(measured, assumed, workload.body_bytes) / 1_000;
  return 1 + assumed.processes_per_busy * deliveriesPerSecond(workload) * duration_seconds;
};
