import type { MetricName } from '../metrics.ts';
import type { AWS_METRICS } from './aws-metrics.ts';

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
