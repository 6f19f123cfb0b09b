import { showQuantity } from '../cost/numbers.ts';
import { STACK } from '../cost/stack-facts.ts';
import { dayIndexAt } from './day-index.ts';
import { HOT, hotIssueAt } from './hot-issue.ts';
import type { Load } from './hottest.ts';
import { latestAt } from './latest.ts';
import { limitsAt } from './limits.ts';
import { placesAt } from './places.ts';
import { streamAt } from './stream.ts';
import { sweepAt } from './sweep-load.ts';

/** One table of the report. `name` marks its place in the documentation. */
export type ReportTable = { name: string; title: string; head: string[]; rows: string[][] };

/** Rates that the project is asked about (deliveries a second), and the seed of the documentation. */
export const RATES = [10, 1_000, 100_000] as const;
export const SEED = 1;

const percent = (part: number): string => {
  const full = part * 100;
  if (full > 0 && full < 1) return '< 1 %';
  return `${showQuantity(Math.round(full))} %`;
};

/** Two significant digits: a simulation knows no more. */
const carries = ({ carries: rate }: Load): string =>
  Number.isFinite(rate) ? showQuantity(Number(rate.toPrecision(2))) : 'any';

const perSecond = (rates: readonly number[]): string[] => rates.map((rate) => `${showQuantity(rate)}/s`);

/** The highest rate is what a limit is judged by: it is seen best where there is most. */
const lastOf = (loads: Load[]): string => loads.map(carries).at(-1) ?? '';

const dayTable = (seed: number, rates: readonly number[]): ReportTable => {
  const byShards = Map.groupBy(
    rates.flatMap((rate) => dayIndexAt(seed, rate)),
    ({ shards }) => shards,
  );
  const rows = [...byShards].map(([shards, days]) => {
    const loads = days.map(({ load }) => load);
    return [String(shards), ...loads.map(({ load }) => percent(load)), lastOf(loads)];
  });
  const head = ['partitions of a day', ...perSecond(rates), 'carries deliveries/s'];
  return { name: 'day-index', title: 'by_day: busiest partition in its busiest second', head, rows };
};

const hotTable = (seed: number, rates: readonly number[]): ReportTable => {
  const byShare = Map.groupBy(
    rates.flatMap((rate) => hotIssueAt(seed, rate)),
    ({ share }) => share,
  );
  const rows = [...byShare].map(([share, issues]) => {
    const cells = issues.map((one) =>
      [one.rows, one.index, one.reads].map(({ load }) => percent(load)).join(', '),
    );
    const last = [lastOf(issues.map((one) => one.rows)), lastOf(issues.map((one) => one.index))];
    return [percent(share), ...cells, last.join(', ')];
  });
  const head = ['share of the issue', ...perSecond(rates), 'its rows, by_issue carry deliveries/s'];
  const title = 'A hot issue: writes of its own rows, writes of its partition of by_issue, reads';
  return { name: 'hot-issue', title, head, rows };
};

const placeTable = (seed: number, rates: readonly number[]): ReportTable => {
  const byPlace = Map.groupBy(
    rates.flatMap((rate) => placesAt(seed, rate, HOT)),
    ({ place }) => place,
  );
  const rows = [...byPlace].map(([place, places]) => {
    const loads = places.map(({ load }) => load);
    return [place, ...loads.map(({ load }) => percent(load)), lastOf(loads)];
  });
  const head = ['busiest partition of', ...perSecond(rates), 'carries deliveries/s'];
  return { name: 'partitions', title: 'All partitions, one issue getting 1 % of all', head, rows };
};

/** Batches of one shard at a time; Lambda takes ten at most. */
const FACTORS = [1, STACK.parallelization, 10];

const streamTable = (seed: number, rates: readonly number[]): ReportTable => {
  const rows = rates.flatMap((rate) =>
    FACTORS.map((factor) => {
      const { shards, lanes, busiest_hints, lane_capacity, batches_per_second, concurrent } = streamAt(
        seed,
        rate,
        factor,
      );
      return [
        `${showQuantity(rate)}/s`,
        `${showQuantity(shards)} x ${factor} = ${showQuantity(lanes)}`,
        `${showQuantity(Math.round(busiest_hints))} of ${showQuantity(Math.round(lane_capacity))}`,
        percent(busiest_hints / lane_capacity),
        showQuantity(Math.ceil(batches_per_second)),
        showQuantity(Math.ceil(concurrent)),
      ];
    }),
  );
  const head = [
    'deliveries',
    'shards x parallelization = lanes',
    'busiest lane, hints/s',
    'load',
    'batches/s',
    'at work at a time',
  ];
  return { name: 'stream', title: 'The stream: does correlation keep up?', head, rows };
};

const RUN_RATES = [1, 10, 50, 200, 1_000] as const;

const latestTable = (seed: number): ReportTable => ({
  name: 'latest',
  title: 'latest.json: many runs replace one object',
  head: ['runs/s', 'puts for each run', 'a newer run was there', 'given up', 'slowest of 100, ms'],
  rows: RUN_RATES.map((rate) => {
    const { puts_per_run, overtaken, given_up, p99_ms } = latestAt(seed, rate);
    return [
      showQuantity(rate),
      puts_per_run.toFixed(2),
      percent(overtaken),
      percent(given_up),
      p99_ms.toFixed(0),
    ];
  }),
});

const sweepTable = (rates: readonly number[]): ReportTable => ({
  name: 'sweep',
  title: 'The sweep, when it finds nothing to do',
  head: ['deliveries', 'events it looks at', 'seconds', 'of its timeout', 'carries deliveries/s'],
  rows: rates.map((rate) => {
    const { events, time } = sweepAt(rate);
    return [
      `${showQuantity(rate)}/s`,
      showQuantity(events),
      showQuantity(Math.round(time.demand)),
      percent(time.load),
      carries(time),
    ];
  }),
});

/** Shown even where all is well. */
const LEAST_SHOWN = 3;

const limitRows = (seed: number, rate: number): string[][] =>
  limitsAt(seed, rate)
    .filter(({ load }, index) => load.load >= 1 || index < LEAST_SHOWN)
    .map(({ part, load, unit, setting }) => [
      `${showQuantity(rate)}/s`,
      part,
      `${showQuantity(Math.round(load.demand))} of ${showQuantity(Math.round(load.limit))} ${unit}`,
      percent(load.load),
      setting,
    ]);

const limitTable = (seed: number, rates: readonly number[]): ReportTable => ({
  name: 'limits',
  title: 'What is full, the fullest first (at least three for each rate)',
  head: ['deliveries', 'limit', 'asked of it', 'load', 'what moves it'],
  rows: rates.flatMap((rate) => limitRows(seed, rate)),
});

/** Every table of the report. */
export const simulate = (seed: number, rates: readonly number[]): ReportTable[] => [
  dayTable(seed, rates),
  hotTable(seed, rates),
  placeTable(seed, rates),
  streamTable(seed, rates),
  latestTable(seed),
  sweepTable(rates),
  limitTable(seed, rates),
];
