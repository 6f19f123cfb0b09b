import { BATCH_WINDOW_SECONDS } from '../../contract/stream.ts';
import { ASSUMPTIONS } from './assumptions.ts';
import type { Region } from './prices.ts';
import { STACK } from './stack-facts.ts';

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
  parallelization: STACK.parallelization,
  traces: false,
  region: 'us-east-1',
};

/** While deliveries come at all. */
export const deliveriesPerSecond = ({ deliveries_per_month, hours_per_month }: Workload): number =>
  deliveries_per_month / (hours_per_month * 3_600);
