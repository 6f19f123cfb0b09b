import { METRICS, type MetricName } from '../../contract/metrics.ts';
import { SWEEPS_PER_MONTH } from './functions.ts';
import type { Assumptions } from './inputs.ts';
import { BYTES_PER_GB, DAYS_OF_MONTH, tracing, type Use, watching } from './lines.ts';
import type { Month } from './month.ts';
import { deliveriesPerSecond, HOURS_OF_MONTH, STACK, trafficSeconds } from './workload.ts';

/** Logs, metrics, alarms, dashboard and traces. */
export const watchingUse = (month: Month): Use[] => [
  ...logUse(month),
  watching('custom metrics', metricMonths(month), 'metrics', 'metric_month'),
  watching('alarms, by metric', STACK.alarm_metrics, 'metrics', 'alarm_metric_month'),
  watching('dashboard', STACK.dashboards, 'dashboards', 'dashboard_month'),
  tracing('traces recorded', tracesRecorded(month), 'traces', 'trace'),
];

const logUse = (month: Month): Use[] => {
  const log_gb = logBytes(month) / BYTES_PER_GB;
  const months = STACK.log_retention_days / DAYS_OF_MONTH;
  const stored_gb = log_gb * months * month.assumed.log_compression;
  return [
    watching('logs: ingestion', log_gb, 'GB', 'log_gb'),
    watching(`logs: storage of ${STACK.log_retention_days} days`, stored_gb, 'GB-months', 'log_gb_month'),
  ];
};

/** Each invocation writes Lambda's own lines, a log line and a metric line; each request an access log line. */
const logBytes = (month: Month): number => {
  const { workload, measured, assumed } = month;
  const invocation = assumed.platform_line_bytes + measured.metric_line_bytes;
  const lines = measured.delivery_line_bytes + assumed.access_line_bytes;
  const delivered = workload.deliveries_per_month * (invocation + lines);
  if (!workload.correlation) return delivered;
  const batched = month.batches_per_month * batchLogBytes(month);
  return delivered + batched + SWEEPS_PER_MONTH * assumed.platform_line_bytes;
};

/** Log bytes of an invocation that handles a batch. */
export const batchLogBytes = ({ measured, assumed }: Month): number =>
  assumed.platform_line_bytes + measured.metric_line_bytes + measured.batch_line_bytes;

/** Metrics of normal work, with values whenever deliveries arrive; all others count failures. */
const USUAL: MetricName[] = ['JiraDeliveriesTaken', 'CommitDeliveriesTaken', 'EventsProcessed'];

/** Metrics of reconciliation: the first has a value in every hour, the others rarely. */
const OF_SITE: MetricName[] = [
  'UpdatesComplete',
  'IssuesObserved',
  'ChangesMissed',
  'DriftFound',
  'CensusLate',
  'ReconcileStarting',
  'WebhooksMissing',
];

/** Metrics of executions, which are off by default. */
const OF_EXECUTIONS: MetricName[] = [
  'ExecutionsCompleted',
  'ExecutionsFailed',
  'ExecutionsWaiting',
  'OldestDueSeconds',
  'TargetOpened',
  'TargetDisabled',
];

/** A custom metric is charged for the hours in which it has a value. */
const metricMonths = ({ workload, assumed }: Month): number => {
  const apart = USUAL.length + OF_SITE.length + OF_EXECUTIONS.length;
  const rare = Object.keys(METRICS).length - apart + STACK.gateway_metrics;
  const of_site = workload.issues > 0 ? 1 + (OF_SITE.length - 1) * assumed.rare_hours : 0;
  return USUAL.length * (workload.hours_per_month / HOURS_OF_MONTH) + rare * assumed.rare_hours + of_site;
};

/** Traces that X-Ray records. */
const tracesRecorded = ({ workload, assumed, batches }: Month): number => {
  if (!workload.traces) return 0;
  const ingest = tracesPerSecond(assumed, deliveriesPerSecond(workload)) * trafficSeconds(workload);
  if (!workload.correlation) return ingest;
  const correlate = tracesPerSecond(assumed, batches.per_second) * trafficSeconds(workload);
  return ingest + correlate + SWEEPS_PER_MONTH;
};

/** The first request of each second with requests, and a share of the others. Requests arrive at random. */
const tracesPerSecond = ({ trace_share }: Assumptions, requests_per_second: number): number => {
  const first = 1 - Math.exp(-requests_per_second);
  return first + trace_share * (requests_per_second - first);
};
