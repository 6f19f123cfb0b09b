import { ASSUMPTIONS, type Assumptions } from './assumptions.ts';
import { batchesAt, shardsAt } from './batches.ts';
import { MEASURED, type Measured } from './measured.ts';
import { PRICES, type Price, type PriceName } from './prices.ts';
import { rowUnits } from './table-units.ts';
import type { Facts, Use } from './use.ts';
import { artifactUse } from './uses/artifacts.ts';
import { gatewayUse } from './uses/gateway.ts';
import { lambdaUse } from './uses/lambda.ts';
import { secretUse } from './uses/secrets.ts';
import { tableRequestUse } from './uses/table-requests.ts';
import { tableStorageUse } from './uses/table-storage.ts';
import { watchingUse } from './uses/watching.ts';
import { deliveriesPerSecond, type Workload } from './workload.ts';

/** A priced line; `share` of the whole is between 0 and 1. */
export type Row = Use & { usd_per_price_unit: number; price_unit: string; usd: number; share: number };

/** A month's bill. */
export type Bill = { workload: Workload; rows: Row[]; usd: number; usd_per_million_deliveries: number };

const MILLION = 1_000_000;

type Prices = Readonly<Record<PriceName, Price>>;

/** Prices "for a million" are for a million of what the quantity counts. */
export const usdOf = ({ usd, unit }: Price, quantity: number): number =>
  unit.startsWith('million ') ? (usd * quantity) / MILLION : usd * quantity;

const factsOf = (workload: Workload, measured: Measured, assumed: Assumptions): Facts => {
  const deliveries_per_second = deliveriesPerSecond(workload);
  const row_units_per_second = deliveries_per_second * rowUnits(measured, assumed, workload.body_bytes);
  const lanes = shardsAt(assumed, row_units_per_second) * workload.parallelization;
  const stream = { lanes, window_seconds: workload.batch_window_seconds };
  return { workload, measured, assumed, batches: batchesAt(stream, deliveries_per_second) };
};

/** All quantities of a month. */
const usesOf = (facts: Facts): Use[] => [
  ...gatewayUse(facts),
  ...lambdaUse(facts),
  ...tableRequestUse(facts),
  ...tableStorageUse(facts),
  ...artifactUse(facts),
  ...secretUse(facts),
  ...watchingUse(facts),
];

/** What a month of this workload costs, without free tiers, taxes and what people read. */
export const billOf = (
  workload: Workload,
  measured: Measured = MEASURED,
  assumed: Assumptions = ASSUMPTIONS,
  prices: Prices = PRICES,
): Bill => {
  const uses = usesOf(factsOf(workload, measured, assumed));
  const priced = uses.map((use) => ({ use, usd: usdOf(prices[use.price], use.quantity) }));
  const usd = priced.reduce((sum, one) => sum + one.usd, 0);
  const rows = priced.map(({ use, usd: cost }) => ({
    ...use,
    usd_per_price_unit: prices[use.price].usd,
    price_unit: prices[use.price].unit,
    usd: cost,
    share: cost / usd,
  }));
  return {
    workload,
    rows,
    usd,
    usd_per_million_deliveries: (usd * MILLION) / workload.deliveries_per_month,
  };
};

/** How much of a bill is there for its deliveries: what is left is the same for one as for a million. */
export const growingUsd = ({ workload, usd }: Bill): number =>
  usd - billOf({ ...workload, deliveries_per_month: 1 }).usd;
