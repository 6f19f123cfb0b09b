import type { MetricName } from '../metrics.ts';
import { TABLE } from '../table.ts';

/** One alarm. */
export type AlarmRow = {
  readonly metric: AlarmMetric;
  /** Length of one period. Periods slide: each minute, the latest one is evaluated. */
  readonly minutes: number;
  readonly limit: Limit;
  /** What is wrong, in words. */
  readonly wrong: string;
  /** What to do first. */
  readonly first: string;
  /** Section of the runbook: a heading of `RUNBOOK`. */
  readonly section: string;
};

/** What an alarm can evaluate. */
export type AlarmMetric = MetricName | keyof typeof AWS_METRICS;

/** When the alarm goes off: at `atLeast` within one period, or `below` the limit in each of `periods` periods. */
export type Limit = { readonly atLeast: number } | { readonly below: number; readonly periods: number };

/**
 * Functions whose result no user waits for, and ingest, whose failures lose deliveries. Requests of people are answered
 * 5xx when they fail: people see it themselves, and `ServerErrors` counts it.
 */
export const UNATTENDED: readonly string[] = ['ingest', 'correlate', 'sweep', 'reconcile', 'publish', 'send'];

/** Functions that use all of their time by design, so that a long run is not a warning. */
const USE_THEIR_TIME: readonly string[] = ['reconcile', 'send'];

const unattended = (functions: readonly string[]): string[] =>
  functions.filter((name) => UNATTENDED.includes(name));

/**
 * What alarms evaluate besides our own metrics: methods of `ServiceMetrics`, and how many CloudWatch metrics each uses
 * in a stack with these functions. CloudWatch charges for each.
 */
export const AWS_METRICS = {
  serverErrors: () => 1,
  tooLarge: () => 2,
  gatewayThrottled: () => 1,
  tableThrottled: () => TABLE.indexes.length + 2,
  ingestThrottled: () => 1,
  functionErrors: (functions) => unattended(functions).length,
  timeoutUsed: (functions) => unattended(functions).filter((name) => !USE_THEIR_TIME.includes(name)).length,
  streamLag: () => 1,
  sweepRuns: () => 1,
  reconciled: () => 3,
  executionsOnTime: () => 3,
} as const satisfies Record<string, (functions: readonly string[]) => number>;
