import { METRICS, type MetricName } from '../../../contract/metrics.ts';
import type { Assumptions } from '../assumptions.ts';
import { STACK } from '../stack-facts.ts';
import {
  BYTES_PER_GB,
  batchesPerMonth,
  DAYS_OF_MONTH,
  type Facts,
  HOURS_OF_MONTH,
  linesOf,
  SWEEPS_PER_MONTH,
  trafficSeconds,
  type Use,
} from '../use.ts';
import { deliveriesPerSecond } from '../workload.ts';

const line = linesOf('CloudWatch');

/** Each invocation leaves Lambda's own lines, one of the log and one of a metric; each request one of access. */
const logBytes = (facts: Facts): number => {
  const { workload, measured, assumed } = facts;
  const invocation = assumed.platform_line_bytes + measured.metric_line_bytes;
  const lines = measured.delivery_line_bytes + assumed.access_line_bytes;
  const delivered = workload.deliveries_per_month * (invocation + lines);
  if (!workload.correlation) return delivered;
  const batched = batchesPerMonth(facts) * (invocation + measured.batch_line_bytes);
  return delivered + batched + SWEEPS_PER_MONTH * assumed.platform_line_bytes;
};

const logUse = (facts: Facts): Use[] => {
  const log_gb = logBytes(facts) / BYTES_PER_GB;
  const months = STACK.log_retention_days / DAYS_OF_MONTH;
  const stored_gb = log_gb * months * facts.assumed.log_compression;
  return [
    line('logs: ingestion', log_gb, 'GB', 'log_gb'),
    line(`logs: storage of ${STACK.log_retention_days} days`, stored_gb, 'GB-months', 'log_gb_month'),
  ];
};

/** The first request of each second that has any, and a share of the others. Requests come at random. */
const tracesPerSecond = ({ trace_share }: Assumptions, requests_per_second: number): number => {
  const first = 1 - Math.exp(-requests_per_second);
  return first + trace_share * (requests_per_second - first);
};

const traces = ({ workload, assumed, batches }: Facts): number => {
  if (!workload.traces) return 0;
  const ingest = tracesPerSecond(assumed, deliveriesPerSecond(workload)) * trafficSeconds(workload);
  if (!workload.correlation) return ingest;
  const correlate = tracesPerSecond(assumed, batches.per_second) * trafficSeconds(workload);
  return ingest + correlate + SWEEPS_PER_MONTH;
};

/** What counts the usual work has values whenever deliveries come; everything else counts what goes wrong. */
const USUAL: MetricName[] = ['JiraDeliveriesTaken', 'CommitDeliveriesTaken', 'EventsProcessed'];

/** A custom metric is charged for the hours in which it has a value. */
const metricMonths = ({ workload, assumed }: Facts): number => {
  const rare = Object.keys(METRICS).length - USUAL.length + STACK.gateway_metrics;
  return USUAL.length * (workload.hours_per_month / HOURS_OF_MONTH) + rare * assumed.rare_hours;
};

/** Logs, metrics, alarms, dashboard and traces. */
export const watchingUse = (facts: Facts): Use[] => {
  return [
    ...logUse(facts),
    line('custom metrics', metricMonths(facts), 'metrics', 'metric_month'),
    line('metrics that alarms look at', STACK.alarm_metrics, 'metrics', 'alarm_metric_month'),
    line('dashboard', STACK.dashboards, 'dashboards', 'dashboard_month'),
    linesOf('X-Ray')('traces recorded', traces(facts), 'traces', 'trace'),
  ];
};
