import { gatewayUse, lambdaUse, secretUse } from './functions.ts';
import { ASSUMPTIONS, type Assumptions, MEASURED, type Measured } from './inputs.ts';
import type { Use } from './lines.ts';
import { type Month, monthOf } from './month.ts';
import { PRICES, type Price } from './prices.ts';
import { siteUse } from './reading.ts';
import { sendingUse } from './sending.ts';
import { artifactUse, connectionUse, tableRequestUse, tableStorageUse } from './storage.ts';
import { watchingUse } from './watching.ts';
import type { Workload } from './workload.ts';

/** A priced line; `share` of the whole is between 0 and 1. */
export type Row = Use & { usd_per_price_unit: number; price_unit: string; usd: number; share: number };

/** A month's bill. */
export type Bill = { workload: Workload; rows: Row[]; usd: number; usd_per_million_deliveries: number };

const MILLION = 1_000_000;

/** The cost of a month of this workload, without free tiers, taxes and requests of readers. */
export const billOf = (
  workload: Workload,
  measured: Measured = MEASURED,
  assumed: Assumptions = ASSUMPTIONS,
): Bill => {
  const uses = usesOf(monthOf(workload, measured, assumed));
  const priced = uses.map((use) => ({ use, usd: usdOf(PRICES[use.price], use.quantity) }));
  const usd = priced.reduce((sum, one) => sum + one.usd, 0);
  const rows = priced.map(({ use, usd: cost }) => ({
    ...use,
    usd_per_price_unit: PRICES[use.price].usd,
    price_unit: PRICES[use.price].unit,
    usd: cost,
    share: cost / usd,
  }));
  return { workload, rows, usd, usd_per_million_deliveries: (usd * MILLION) / workload.deliveries_per_month };
};

/** The cost of a quantity. A price whose unit begins with "million" is for a million of what the quantity counts. */
export const usdOf = ({ usd, unit }: Price, quantity: number): number =>
  unit.startsWith('million ') ? (usd * quantity) / MILLION : usd * quantity;

/** The part of a bill that grows with deliveries; the rest is the same for one as for a million. */
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
