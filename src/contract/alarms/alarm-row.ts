import type { MetricName } from '../metrics.ts';
import { TABLE } from '../table.ts';

/** One alarm. */
export type AlarmRow = {
  readonly metric: AlarmMetric;
  /** Length of one period. Periods slide: each minute the last one is evaluated. */
  readonly minutes: number;
  readonly limit: Limit;
  /** What is wrong, in words. */
  readonly wrong: string;
  /** What to do first. */
  readonly first: string;
  /** Section of the runbook: a heading of `RUNBOOK`. */
  readonly section: string;
};

/** What an alarm can look at. */
export type AlarmMetric = MetricName | keyof typeof AWS_METRICS;

/** When a person is to look: so much within one period, or less than so much in each of some periods. */
export type Limit = { readonly atLeast: number } | { readonly below: number; readonly periods: number };

/**
 * Functions of which nobody waits for the end, and the one whose refusals lose deliveries. What people ask is answered 5xx
 * when it fails: they see it themselves, and `ServerErrors` counts it.
 */
export const UNATTENDED: readonly string[] = ['ingest', 'correlate', 'sweep', 'reconcile', 'publish', 'send'];

/** Functions that work until their time is over, so that a long run is no warning. */
const USE_THEIR_TIME: readonly string[] = ['reconcile', 'send'];

const unattended = (functions: readonly string[]): string[] =>
  functions.filter((name) => UNATTENDED.includes(name));

/**
 * What alarms look at beside our own counts: methods of `ServiceMetrics`, and how many metrics of CloudWatch each
 * needs with these functions. CloudWatch charges for each.
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
