import { textTable } from '../shared/tables.ts';
import { type Bill, billOf, growingUsd, type Row, usdOf } from './formula.ts';
import { ASSUMPTIONS, MEASURED } from './inputs.ts';
import { monthOf } from './month.ts';
import { PRICES, PRICES_READ, REGIONS } from './prices.ts';
import { firstLoad, monthOfReading, type Reading } from './reading.ts';
import { deliveriesPerSecond, type Workload } from './workload.ts';

/** The bill for a terminal. */
export const billText = (bill: Bill): string =>
  [
    describeWorkload(bill),
    '',
    textTable(BILL_HEAD, billCells(bill)),
    '',
    ...(bill.workload.issues > 0 ? [textTable(SITE_HEAD, [siteCells(bill.workload)]), ''] : []),
    `${showUsd(bill.usd_per_million_deliveries)} USD per million deliveries. ${showUsd(growingUsd(bill))} USD of this bill grow with them.`,
    `Prices as of pages read on ${PRICES_READ}: ${REGIONS[bill.workload.region]}. On demand, without free tiers and taxes.`,
    '* from memory: check it. Every price with its page, and what was measured and assumed: docs/cost.md',
  ].join('\n');

/** The workload in one line. */
const describeWorkload = ({ workload }: Bill): string => {
  const { deliveries_per_month, body_bytes, correlation, retention_days, hours_per_month } = workload;
  return [
    `${showQuantity(deliveries_per_month)} deliveries a month of ${showQuantity(body_bytes)} bytes`,
    `${deliveriesPerSecond(workload).toPrecision(2)} a second in ${hours_per_month} hours`,
    `correlation ${correlation ? 'on' : 'off'}`,
    `events kept ${retention_days} days`,
    workload.region,
  ].join(', ');
};

export const BILL_HEAD = ['component', 'what', 'quantity', 'unit price (USD)', 'USD', 'share'];

/** The cells of every line of the bill, and of its sum. */
export const billCells = ({ rows, usd }: Bill): string[][] => [
  ...rows.map((row) => [
    row.component,
    row.what,
    showAmount(row.quantity, row.unit),
    unitPrice(row),
    showUsd(row.usd),
    showShare(row.share),
  ]),
  ['all', '', '', '', showUsd(usd), showShare(1)],
];

/** A star marks a price from memory, without a page. */
const unitPrice = ({ price, usd_per_price_unit, price_unit }: Row): string => {
  const star = PRICES[price].origin === 'from memory, check it' ? ' *' : '';
  return `${usd_per_price_unit} / ${price_unit}${star}`;
};

export const SITE_HEAD = [
  'issues',
  'first load: requests',
  'hours',
  'write units',
  'read units',
  'USD',
  'then a month: requests',
  'hours',
  'read units',
  'USD',
];

/** The cost of reading a site once, and then of comparing it each month. */
export const siteCells = (workload: Workload): string[] => {
  const month = monthOf(workload, MEASURED, ASSUMPTIONS);
  const [first, then] = [firstLoad(month), monthOfReading(month)];
  const more = billOf(workload).usd - billOf({ ...workload, issues: 0 }).usd;
  return [
    showQuantity(workload.issues),
    showQuantity(first.requests),
    showHours(first.hours),
    showQuantity(first.write_units),
    showQuantity(first.read_units),
    showUsd(unitsUsd(first)),
    showQuantity(then.requests),
    showHours(then.hours),
    showQuantity(then.read_units),
    showUsd(more),
  ];
};

const unitsUsd = ({ write_units, read_units }: Reading): number =>
  usdOf(PRICES.dynamodb_write_unit, write_units) + usdOf(PRICES.dynamodb_read_unit, read_units);

const showHours = (hours: number): string => (hours < 100 ? hours.toFixed(1) : showQuantity(hours));

const THOUSANDS = /\B(?=(\d{3})+$)/g;

/** A readable quantity: from 100 on rounded, with separators; below, whole or with two decimals. */
export const showQuantity = (quantity: number): string => {
  if (quantity >= 100) return quantity.toFixed(0).replace(THOUSANDS, ',');
  return Number.isInteger(quantity) ? String(quantity) : quantity.toFixed(2);
};

/** Dollars to the cent; `< 0.01` for less than half a cent. */
export const showUsd = (usd: number): string => {
  if (usd > 0 && usd < 0.005) return '< 0.01';
  const [whole = '', cents = ''] = usd.toFixed(2).split('.');
  return `${whole.replace(THOUSANDS, ',')}.${cents}`;
};

export const showShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A quantity with its unit; `units` is the plural. */
export const showAmount = (quantity: number, units: string): string =>
  `${showQuantity(quantity)} ${quantity === 1 ? units.replace(/s$/, '') : units}`;
