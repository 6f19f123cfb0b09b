import { countAlarmMetrics } from '../../contract/alarms.ts';
import { BATCH_WINDOW_SECONDS, BATCHES_PER_SHARD } from '../../contract/functions.ts';
import { functionNames } from '../../local/project.ts';
import { ASSUMPTIONS } from './inputs.ts';
import type { Region } from './prices.ts';

/** The workload of a month. */
export type Workload = {
  deliveries_per_month: number;
  /** Mean size of a body. */
  body_bytes: number;
  correlation: boolean;
  retention_days: number;
  /** Hours of the month over which the deliveries are spread. */
  hours_per_month: number;
  batch_window_seconds: number;
  parallelization: number;
  /** The stack's context setting of this name. */
  traces: boolean;
  /** Connections that all deliveries come through; 0: they come through the built-in webhooks. */
  connections: number;
  /** Issues of the reconciled Jira site; 0: there is none. */
  issues: number;
  /** Events sent to a target, once for each target; 0: executions are off. */
  executions: number;
  /** The most requests to Jira per second. */
  reconcile_rate: number;
  region: Region;
};

/** Functions of a stack with neither a Jira site nor executions. */
const ALWAYS = functionNames().filter((name) => !['reconcile', 'publish', 'send'].includes(name));

/**
 * Settings of the stack that the bill depends on. The stack is not part of this program, so they are repeated here; a
 * test compares them with the synthesized template.
 */
export const STACK = {
  /** Of each function that the bill has lines for. */
  memory_mb: { ingest: 1024, correlate: 1769, sweep: 1769, reconcile: 1024, publish: 1024, send: 1024 },
  /** Each metric that an alarm watches is charged. */
  alarm_metrics: countAlarmMetrics(ALWAYS),
  /** Additional ones with a Jira site. */
  site_alarm_metrics: countAlarmMetrics([...ALWAYS, 'reconcile']) - countAlarmMetrics(ALWAYS),
  /** Additional ones with executions. */
  executions_alarm_metrics: countAlarmMetrics([...ALWAYS, 'publish', 'send']) - countAlarmMetrics(ALWAYS),
  dashboards: 1,
  /** Counted from the gateway's access log. */
  gateway_metrics: 2,
  log_retention_days: 30,
  /** Days for which S3 keeps earlier versions of `latest.json`. */
  noncurrent_document_days: 7,
  retention_days: 30,
} as const;

/** A million deliveries of 9 kB: what `docs/cost.md` shows. */
export const DEFAULT_WORKLOAD: Workload = {
  deliveries_per_month: 1_000_000,
  body_bytes: 9_000,
  correlation: true,
  retention_days: STACK.retention_days,
  hours_per_month: ASSUMPTIONS.hours_per_month,
  batch_window_seconds: BATCH_WINDOW_SECONDS,
  parallelization: BATCHES_PER_SHARD,
  traces: false,
  connections: 0,
  executions: 0,
  issues: 0,
  reconcile_rate: 2,
  region: 'us-east-1',
};

/** 365 days of 24 hours, twelve times a year. */
export const HOURS_OF_MONTH = 730;

/** The mean rate during the hours in which deliveries arrive. */
export const deliveriesPerSecond = (workload: Workload): number =>
  workload.deliveries_per_month / trafficSeconds(workload);

/** Seconds of a month in which deliveries arrive. */
export const trafficSeconds = ({ hours_per_month }: Workload): number => hours_per_month * 3_600;
