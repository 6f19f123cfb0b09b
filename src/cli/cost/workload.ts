import { BATCH_WINDOW_SECONDS, LANES } from '../../contract/functions.ts';
import { ASSUMPTIONS } from './inputs.ts';
import type { Region } from './prices.ts';
import { STACK } from './stack.ts';

/** What a month looks like. */
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
  /** As the stack's context says. */
  traces: boolean;
  /** Through which all deliveries come; 0: they come through the built-in webhooks. */
  connections: number;
  /** Of the Jira site that is reconciled; 0: none is. */
  issues: number;
  /** Events sent to a target, once for each target; 0: executions are off. */
  executions: number;
  /** Requests to Jira a second at most. */
  reconcile_rate: number;
  region: Region;
};

/** A million deliveries of 9 kB: what `docs/cost.md` shows. */
export const DEFAULT_WORKLOAD: Workload = {
  deliveries_per_month: 1_000_000,
  body_bytes: 9_000,
  correlation: true,
  retention_days: STACK.retention_days,
  hours_per_month: ASSUMPTIONS.hours_per_month,
  batch_window_seconds: BATCH_WINDOW_SECONDS,
  parallelization: LANES,
  traces: false,
  connections: 0,
  executions: 0,
  issues: 0,
  reconcile_rate: 2,
  region: 'us-east-1',
};

/** 365 days of 24 hours, twelve times a year. */
export const HOURS_OF_MONTH = 730;

/** While deliveries arrive at all. */
export const deliveriesPerSecond = (workload: Workload): number =>
  workload.deliveries_per_month / trafficSeconds(workload);

/** Seconds of a month in which deliveries arrive. */
export const trafficSeconds = ({ hours_per_month }: Workload): number => hours_per_month * 3_600;
