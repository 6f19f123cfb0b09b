import { markdownTable } from '../shared/tables.ts';
import { billOf } from './formula.ts';
import { ASSUMED, FIGURES } from './inputs.ts';
import { PRICES, type Price } from './prices.ts';
import { BILL_HEAD, billCells, SITE_HEAD, showShare, showUsd, siteCells } from './report.ts';
import { DEFAULT_WORKLOAD, type Workload } from './workload.ts';

/** A block of a page, by the name in its markers. */
export type Block = { name: string; content: string };

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

const components = (): string[][] => {
  const { rows, usd } = billOf(DEFAULT_WORKLOAD);
  const byComponent = Map.groupBy(rows, ({ component }) => component);
  return [...byComponent]
    .map(([component, of]) => ({ component, usd: of.reduce((sum, row) => sum + row.usd, 0) }))
    .sort((a, b) => b.usd - a.usd)
    .map((one) => [one.component, showUsd(one.usd), showShare(one.usd / usd)]);
};

/** Months that each differ from the default one in one setting. */
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

const priceRow = ([name, { usd, unit, origin, page }]: [string, Price]): string[] => [
  name.replaceAll('_', ' '),
  unit,
  String(usd),
  page === '' ? origin : `${origin}: ${page}`,
];

/** The table of reconciliation in `docs/scale.md`. */
export const siteBlock = (): Block => ({
  name: 'reconciliation',
  content: markdownTable(
    SITE_HEAD,
    SITES.map((issues) => siteCells({ ...DEFAULT_WORKLOAD, issues })),
  ),
});

/** The sizes of sites in `docs/scale.md`. */
const SITES = [1_000, 100_000, 1_000_000, 10_000_000];
