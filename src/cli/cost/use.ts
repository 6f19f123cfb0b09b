import type { Assumptions } from './assumptions.ts';
import type { Batches } from './batches.ts';
import type { Measured } from './measured.ts';
import type { PriceName } from './prices.ts';
import { STACK } from './stack-facts.ts';
import type { Workload } from './workload.ts';

/** One line of a month's bill before it is priced. `quantity` counts single units, not millions of them. */
export type Use = { component: string; what: string; quantity: number; unit: string; price: PriceName };

/** Everything a quantity is made from. */
export type Facts = { workload: Workload; measured: Measured; assumed: Assumptions; batches: Batches };

export const BYTES_PER_GB = 2 ** 30;

/** 365 days of 24 hours, twelve times a year. */
export const HOURS_OF_MONTH = 730;

/** Days that a month of storage is counted as. */
export const DAYS_OF_MONTH = 30;

/** The lines of one component. */
export const linesOf =
  (component: string) =>
  (what: string, quantity: number, unit: string, price: PriceName): Use => ({
    component,
    what,
    quantity,
    unit,
    price,
  });

/** Seconds of a month in which deliveries come. */
export const trafficSeconds = ({ hours_per_month }: Workload): number => hours_per_month * 3_600;

export const batchesPerMonth = ({ workload, batches }: Facts): number =>
  batches.per_second * trafficSeconds(workload);

/** The sweep runs day and night. */
export const SWEEPS_PER_MONTH = (HOURS_OF_MONTH * 60) / STACK.sweep_every_minutes;
