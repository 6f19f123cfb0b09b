import { textTable } from '../shared/text-table.ts';
import { type Bill, growingUsd, type Row } from './bill.ts';
import { showAmount, showQuantity, showShare, showUsd } from './numbers.ts';
import { PRICES, PRICES_READ, REGIONS } from './prices.ts';
import { deliveriesPerSecond } from './workload.ts';

export const BILL_HEAD = ['component', 'what', 'quantity', 'unit price (USD)', 'USD', 'share'];

/** A star marks a price that was found on no page. */
const unitPrice = ({ price, usd_per_price_unit, price_unit }: Row): string => {
  const star = PRICES[price].origin === 'from memory, check it' ? ' *' : '';
  return `${usd_per_price_unit} / ${price_unit}${star}`;
};

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

/** What was assumed of the month, in one line. */
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

/** The bill for a terminal. */
export const billText = (bill: Bill): string =>
  [
    describeWorkload(bill),
    '',
    textTable(BILL_HEAD, billCells(bill)),
    '',
    `${showUsd(bill.usd_per_million_deliveries)} USD per million deliveries. ${showUsd(growingUsd(bill))} USD of this bill grow with them.`,
    `Prices as of pages read on ${PRICES_READ}: ${REGIONS[bill.workload.region]}. On demand, without free tiers and taxes.`,
    '* from memory: check it. Every price with its page, and what was measured and assumed: docs/cost.md',
  ].join('\n');
