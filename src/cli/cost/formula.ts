import { ASSUMPTIONS, type Assumptions, MEASURED, type Measured, STACK, type Workload } from './inputs.ts';
import { PRICES, type Price, type PriceName } from './prices.ts';
import {
  batchMs,
  bytesPerEvent,
  GETS_PER_BATCH,
  gbSeconds,
  ingestMs,
  ingestWrites,
  LOOKS_PER_EVENT,
  logBytes,
  type Month,
  mean,
  metricMonths,
  monthOf,
  PUTS_PER_BATCH,
  SWEEPS_PER_MONTH,
  secretCalls,
  stayingBytes,
  sweepMs,
  tracesRecorded,
} from './quantities.ts';
import { monthOfReading, TURNS_PER_MONTH, turnsMs } from './reading.ts';
import { monthOfSending } from './sending.ts';
import { connected } from './through-connections.ts';

/** One line of a month's bill before it is priced. `quantity` counts single units, not millions of them. */
type Use = { component: string; what: string; quantity: number; unit: string; price: PriceName };

/** A priced line; `share` of the whole is between 0 and 1. */
export type Row = Use & { usd_per_price_unit: number; price_unit: string; usd: number; share: number };

/** A month's bill. */
export type Bill = { workload: Workload; rows: Row[]; usd: number; usd_per_million_deliveries: number };

const MILLION = 1_000_000;
const BYTES_PER_GB = 2 ** 30;
const API_UNIT_BYTES = 512 * 1_024;

/** Days that a month of storage is counted as. */
const DAYS_OF_MONTH = 30;

/** What a month of this workload costs, without free tiers, taxes and what people read. */
export const billOf = (
  workload: Workload,
  measured: Measured = MEASURED,
  assumed: Assumptions = ASSUMPTIONS,
  prices: Readonly<Record<PriceName, Price>> = PRICES,
): Bill => {
  const uses = usesOf(monthOf(workload, measured, assumed));
  const priced = uses.map((use) => ({ use, usd: usdOf(prices[use.price], use.quantity) }));
  const usd = priced.reduce((sum, one) => sum + one.usd, 0);
  const rows = priced.map(({ use, usd: cost }) => ({
    ...use,
    usd_per_price_unit: prices[use.price].usd,
    price_unit: prices[use.price].unit,
    usd: cost,
    share: cost / usd,
  }));
  return { workload, rows, usd, usd_per_million_deliveries: (usd * MILLION) / workload.deliveries_per_month };
};

/** Prices "for a million" are for a million of what the quantity counts. */
export const usdOf = ({ usd, unit }: Price, quantity: number): number =>
  unit.startsWith('million ') ? (usd * quantity) / MILLION : usd * quantity;

/** How much of a bill is there for its deliveries: what is left is the same for one as for a million. */
export const growingUsd = ({ workload, usd }: Bill): number =>
  usd - billOf({ ...workload, deliveries_per_month: 1 }).usd;

const usesOf = (month: Month): Use[] => [
  ...gatewayUse(month),
  ...lambdaUse(month),
  ...tableRequestUse(month),
  ...tableStorageUse(month),
  ...artifactUse(month),
  ...secretUse(month),
  ...watchingUse(month),
  ...(month.workload.connections > 0 ? connectionUse(month) : []),
  ...(month.workload.issues > 0 ? siteUse(month) : []),
  ...(month.workload.executions > 0 ? sendingUse(month) : []),
];

/** The lines of one component. */
const linesOf =
  (component: string) =>
  (what: string, quantity: number, unit: string, price: PriceName): Use => ({
    component,
    what,
    quantity,
    unit,
    price,
  });

const gateway = linesOf('API Gateway');
const lambda = linesOf('Lambda');
const table = linesOf('DynamoDB');
const objects = linesOf('S3');
const secrets = linesOf('Secrets Manager');
const schedule = linesOf('EventBridge');
const watching = linesOf('CloudWatch');
const network = linesOf('Network');
const tracing = linesOf('X-Ray');

/** Every request is charged for each 512 KB begun. */
const gatewayUse = ({ workload: { deliveries_per_month, body_bytes } }: Month): Use[] => {
  const units = deliveries_per_month * Math.max(1, Math.ceil(body_bytes / API_UNIT_BYTES));
  return [gateway('HTTP API requests, in units of 512 KB', units, 'requests', 'http_api_request')];
};

/** Requests and GB-seconds of each function. What people ask the read function is their own. */
const lambdaUse = ({ workload, measured, assumed, batches, batches_per_month }: Month): Use[] => {
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

const invocations = (name: keyof typeof STACK.memory_mb, times: number, duration_ms: number): Use[] => {
  const memory_mb = STACK.memory_mb[name];
  const each = `${name}: ${duration_ms.toFixed(0)} ms of ${memory_mb} MB each`;
  return [
    lambda(`${name}: requests`, times, 'requests', 'lambda_request'),
    lambda(each, gbSeconds(times, duration_ms, memory_mb), 'GB-seconds', 'lambda_arm_gb_second'),
  ];
};

/** Write and read request units on demand: every index counts beside its table. */
const tableRequestUse = (month: Month): Use[] => [
  ...ingestRequests(month),
  ...(month.workload.correlation ? correlationRequests(month) : []),
];

const write = (what: string, units: number): Use => table(what, units, 'write units', 'dynamodb_write_unit');
const read = (what: string, units: number): Use => table(what, units, 'read units', 'dynamodb_read_unit');

const ingestRequests = ({ workload, measured, assumed }: Month): Use[] => {
  const { deliveries_per_month, body_bytes } = workload;
  const units = (part: 'table_units' | 'index_units'): number =>
    deliveries_per_month * mean(assumed, (kind) => ingestWrites(measured, body_bytes, kind)[part]);
  return [
    write('ingest writes: rows', units('table_units')),
    write('ingest writes: indexes', units('index_units')),
  ];
};

const correlationRequests = ({ workload, measured, assumed }: Month): Use[] => {
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

/** Storage once the first events have expired; what stays is what one month adds. */
const tableStorageUse = (month: Month): Use[] => {
  const { deliveries_per_month, retention_days } = month.workload;
  const months = retention_days / DAYS_OF_MONTH;
  const events_gb = (deliveries_per_month * months * bytesPerEvent(month)) / BYTES_PER_GB;
  const staying_gb = stayingBytes(month) / BYTES_PER_GB;
  return [
    table(`storage: events of ${retention_days} days`, events_gb, 'GB-months', 'dynamodb_gb_month'),
    table("storage: a month's issues and commits, which stay", staying_gb, 'GB-months', 'dynamodb_gb_month'),
    table('point-in-time recovery', events_gb + staying_gb, 'GB-months', 'dynamodb_recovery_gb_month'),
  ];
};

/**
 * Run documents, and earlier versions of the latest one. Raw bodies too large for the table are left out: one with
 * more than 380 kB when compressed has some megabytes.
 */
const artifactUse = ({ measured, workload, batches, batches_per_month }: Month): Use[] => {
  if (!workload.correlation) return [];
  const document_bytes = measured.document_bytes * batches.events;
  const documents_gb = (batches_per_month * document_bytes) / BYTES_PER_GB;
  const latest_gb = (batches_per_month * (document_bytes + measured.summary_bytes)) / BYTES_PER_GB;
  const kept_months = STACK.noncurrent_document_days / DAYS_OF_MONTH;
  return [
    objects('puts: document, latest, summary', batches_per_month * PUTS_PER_BATCH, 'requests', 's3_put'),
    objects('gets: latest, summary', batches_per_month * GETS_PER_BATCH, 'requests', 's3_get'),
    objects("storage: a month's documents, which stay", documents_gb, 'GB-months', 's3_gb_month'),
    objects('storage: earlier versions of latest.json', latest_gb * kept_months, 'GB-months', 's3_gb_month'),
  ];
};

/** The secret, and the schedule of the sweep. */
const secretUse = (month: Month): Use[] => [
  secrets('one secret', 1, 'secrets', 'secret_month'),
  secrets('calls, by each process every 5 minutes', secretCalls(month), 'calls', 'secret_call'),
  ...(month.workload.correlation
    ? [schedule('runs of the sweep', SWEEPS_PER_MONTH, 'runs', 'schedule_run')]
    : []),
];

/** Logs, metrics, alarms, dashboard and traces. */
const watchingUse = (month: Month): Use[] => [
  ...logUse(month),
  watching('custom metrics', metricMonths(month), 'metrics', 'metric_month'),
  watching('alarms, by metric', STACK.alarm_metrics, 'metrics', 'alarm_metric_month'),
  watching('dashboard', STACK.dashboards, 'dashboards', 'dashboard_month'),
  tracing('traces recorded', tracesRecorded(month), 'traces', 'trace'),
];

/** What connections add. An alarm on them is there in any case, and who manages them asks seldom. */
const connectionUse = (month: Month): Use[] => {
  const { notes, reads } = connected(month);
  return [
    write('connections: notes of their use', notes * month.assumed.note_write_units),
    read('connections: rows, read again after 30 s', reads),
  ];
};

/** What a Jira site to reconcile adds; what it repairs costs as much as the delivery would have. */
const siteUse = (month: Month): Use[] => {
  const { requests, write_units, read_units } = monthOfReading(month);
  const log_gb = (TURNS_PER_MONTH * turnLogBytes(month)) / BYTES_PER_GB;
  return [
    ...invocations('reconcile', TURNS_PER_MONTH, turnsMs(month, requests) / TURNS_PER_MONTH),
    write('reconcile: leases and checkpoints', write_units),
    read('reconcile: rows compared', read_units),
    secrets("reconcile: Jira's token", 1, 'secrets', 'secret_month'),
    secrets('reconcile: calls, one for each turn', TURNS_PER_MONTH, 'calls', 'secret_call'),
    schedule('reconcile: turns', TURNS_PER_MONTH, 'runs', 'schedule_run'),
    watching('reconcile: logs', log_gb, 'GB', 'log_gb'),
    watching('reconcile: alarms, by metric', STACK.site_alarm_metrics, 'metrics', 'alarm_metric_month'),
  ];
};

/** What executions add, each sent with one attempt. */
const sendingUse = (month: Month): Use[] => {
  const sending = monthOfSending(month);
  return [
    ...invocations('publish', sending.batches + sending.scheduled, sending.batch_ms),
    ...invocations('send', sending.turns, sending.turn_ms),
    write('executions: rows, attempts and lanes, indexes included', sending.write_units),
    read('executions: what is read to match and to send', sending.read_units),
    table('executions: storage', sending.kept_bytes / BYTES_PER_GB, 'GB-months', 'dynamodb_gb_month'),
    schedule('executions: runs of publish', sending.scheduled, 'runs', 'schedule_run'),
    network('executions: sent to targets', sending.sent_bytes / BYTES_PER_GB, 'GB', 'transfer_gb'),
    watching('executions: logs', sending.log_bytes / BYTES_PER_GB, 'GB', 'log_gb'),
    watching('executions: custom metrics', sending.metrics, 'metrics', 'metric_month'),
    watching(
      'executions: alarms, by metric',
      STACK.executions_alarm_metrics,
      'metrics',
      'alarm_metric_month',
    ),
  ];
};

const turnLogBytes = ({ assumed, measured }: Month): number =>
  assumed.platform_line_bytes + measured.batch_line_bytes + measured.metric_line_bytes;

const logUse = (month: Month): Use[] => {
  const log_gb = logBytes(month) / BYTES_PER_GB;
  const months = STACK.log_retention_days / DAYS_OF_MONTH;
  const stored_gb = log_gb * months * month.assumed.log_compression;
  return [
    watching('logs: ingestion', log_gb, 'GB', 'log_gb'),
    watching(`logs: storage of ${STACK.log_retention_days} days`, stored_gb, 'GB-months', 'log_gb_month'),
  ];
};
