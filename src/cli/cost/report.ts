import { markdownTable, textTable } from '../shared/tables.ts';
import { type Bill, billOf, growingUsd, type Row, usdOf } from './formula.ts';
import {
  ASSUMED,
  ASSUMPTIONS,
  DEFAULT_WORKLOAD,
  deliveriesPerSecond,
  FIGURES,
  MEASURED,
  type Workload,
} from './inputs.ts';
import { PRICES, PRICES_READ, type Price, REGIONS } from './prices.ts';
import { monthOf } from './quantities.ts';
import { firstLoad, monthOfReading, type Reading } from './reading.ts';

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

const BILL_HEAD = ['component', 'what', 'quantity', 'unit price (USD)', 'USD', 'share'];

const SITE_HEAD = [
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

/** What it costs to read a site once, and to keep it compared. */
const siteCells = (workload: Workload): string[] => {
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

/** Sizes of sites that `docs/scale.md` shows. */
const SITES = [1_000, 100_000, 1_000_000, 10_000_000];

/** The table of reconciliation in `docs/scale.md`. */
export const siteBlock = (): Block => ({
  name: 'reconciliation',
  content: markdownTable(
    SITE_HEAD,
    SITES.map((issues) => siteCells({ ...DEFAULT_WORKLOAD, issues })),
  ),
});

/** A star marks a price that was found on no page. */
const unitPrice = ({ price, usd_per_price_unit, price_unit }: Row): string => {
  const star = PRICES[price].origin === 'from memory, check it' ? ' *' : '';
  return `${usd_per_price_unit} / ${price_unit}${star}`;
};

/** The cells of every line of the bill, and of its sum. */
const billCells = ({ rows, usd }: Bill): string[][] => [
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

/** A part of `docs/cost.md` by the name of its markers. */
export type Block = { name: string; content: string };

/** Months that differ from the default one in one thing each. */
const VARIANTS: [string, Partial<Workload>][] = [
  ['as above', {}],
  ['correlation off', { correlation: false }],
  ['traces on', { traces: true }],
  ['a batch waits 1 s', { batch_window_seconds: 1 }],
  ['a batch waits 60 s', { batch_window_seconds: 60 }],
  ['ten batches of a shard at a time', { parallelization: 10 }],
  ['bodies of 2 kB', { body_bytes: 2_000 }],
  ['bodies of 50 kB', { body_bytes: 50_000 }],
  ['events kept a year', { retention_days: 365 }],
  ['through 20 connections', { connections: 20 }],
  ['with a Jira site of 100,000 issues', { issues: 100_000 }],
  ['executions on, a million sent', { executions: 1_000_000 }],
  ['executions on, a thousand sent', { executions: 1_000 }],
  ['10,000 deliveries a month', { deliveries_per_month: 10_000 }],
  ['100,000 deliveries a month', { deliveries_per_month: 100_000 }],
  ['10 million deliveries a month', { deliveries_per_month: 10_000_000 }],
  ['100 million deliveries a month', { deliveries_per_month: 100_000_000 }],
];

const variantRow = ([name, change]: [string, Partial<Workload>]): string[] => {
  const bill = billOf({ ...DEFAULT_WORKLOAD, ...change });
  const dearest = bill.rows.reduce((most, row) => (row.usd > most.usd ? row : most));
  return [
    name,
    showUsd(bill.usd),
    showUsd(bill.usd_per_million_deliveries),
    `${dearest.component}, ${dearest.what} (${showShare(dearest.share)})`,
  ];
};

const components = (): string[][] => {
  const { rows, usd } = billOf(DEFAULT_WORKLOAD);
  const byComponent = Map.groupBy(rows, ({ component }) => component);
  return [...byComponent]
    .map(([component, of]) => ({ component, usd: of.reduce((sum, row) => sum + row.usd, 0) }))
    .sort((a, b) => b.usd - a.usd)
    .map((one) => [one.component, showUsd(one.usd), showShare(one.usd / usd)]);
};

const priceRow = ([name, { usd, unit, origin, page }]: [string, Price]): string[] => [
  name.replaceAll('_', ' '),
  unit,
  String(usd),
  page === '' ? origin : `${origin}: ${page}`,
];

/** Every table of `docs/cost.md`. */
export const costBlocks = (): Block[] => [
  { name: 'components', content: markdownTable(['component', 'USD', 'share'], components()) },
  { name: 'bill', content: markdownTable(BILL_HEAD, billCells(billOf(DEFAULT_WORKLOAD))) },
  {
    name: 'variants',
    content: markdownTable(
      ['a month', 'USD', 'USD per million deliveries', 'the dearest line'],
      VARIANTS.map(variantRow),
    ),
  },
  {
    name: 'prices',
    content: markdownTable(
      ['price', 'of one', 'USD', 'where it was read'],
      Object.entries(PRICES).map(priceRow),
    ),
  },
  {
    name: 'assumed',
    content: markdownTable(
      ['assumed', 'value', 'because'],
      Object.values(ASSUMED).map(({ what, value, unit, why }) => [what, `${value} ${unit}`, why]),
    ),
  },
  {
    name: 'measured',
    content: markdownTable(
      ['figure', 'value', 'printed by'],
      Object.values(FIGURES).map(({ what, value, unit, command }) => [
        what,
        `${value} ${unit}`,
        `\`${command}\``,
      ]),
    ),
  },
];

const THOUSANDS = /\B(?=(\d{3})+$)/g;

/** A quantity people can compare: whole with separators from 100 on, else with two decimals. */
export const showQuantity = (quantity: number): string => {
  if (quantity >= 100) return quantity.toFixed(0).replace(THOUSANDS, ',');
  return Number.isInteger(quantity) ? String(quantity) : quantity.toFixed(2);
};

/** Dollars to the cent; what is less than half a cent says so. */
export const showUsd = (usd: number): string => {
  if (usd > 0 && usd < 0.005) return '< 0.01';
  const [whole = '', cents = ''] = usd.toFixed(2).split('.');
  return `${whole.replace(THOUSANDS, ',')}.${cents}`;
};

export const showShare = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** A quantity with its unit, which is given in the plural. */
export const showAmount = (quantity: number, units: string): string =>
  `${showQuantity(quantity)} ${quantity === 1 ? units.replace(/s$/, '') : units}`;
