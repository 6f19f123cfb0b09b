import { InvalidArgumentError, Option } from 'commander';
import { billOf } from './cost/formula.ts';
import { PRICES, PRICES_READ, REGIONS, type Region } from './cost/prices.ts';
import { billText } from './cost/report.ts';
import { DEFAULT_WORKLOAD, HOURS_OF_MONTH, type Workload } from './cost/workload.ts';
import { newCommand, runCommand, wholeNumber } from './shared/command.ts';

const HELP = `
One row per component: quantity, unit price, cost and share. Quantities come from measurements and assumptions (both
in src/cli/cost/inputs.ts); docs/cost.md explains them.
Prices are not fetched: src/cli/cost/prices.ts holds them, with their sources and a date.`;

const MOST = 1e12;

/** `1000000` or `1e6`. */
const large = (text: string): number => {
  const value = /^\d+(\.\d+)?(e\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  if (!(Number.isInteger(value) && value >= 1 && value <= MOST))
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${MOST}, such as 1000000 or 1e6.`);
  return value;
};

const command = newCommand('cost', 'Estimates the monthly cost on AWS, by component.')
  .option('--deliveries <number>', 'deliveries per month', large, DEFAULT_WORKLOAD.deliveries_per_month)
  .option('--bytes <number>', 'mean body size in bytes', large, DEFAULT_WORKLOAD.body_bytes)
  .addOption(
    new Option('--correlation <state>', 'with or without correlation').choices(['on', 'off']).default('on'),
  )
  .addOption(
    new Option('--region <name>', 'AWS region of the prices')
      .choices(Object.keys(REGIONS))
      .default('us-east-1'),
  )
  .option(
    '--retention-days <number>',
    'days until an event expires',
    wholeNumber(1, 3650),
    DEFAULT_WORKLOAD.retention_days,
  )
  .option(
    '--hours <number>',
    'hours per month in which deliveries arrive',
    wholeNumber(1, HOURS_OF_MONTH),
    DEFAULT_WORKLOAD.hours_per_month,
  )
  .option(
    '--window <seconds>',
    'batch window of the stream',
    wholeNumber(0, 300),
    DEFAULT_WORKLOAD.batch_window_seconds,
  )
  .option(
    '--parallelization <number>',
    'concurrent batches per shard',
    wholeNumber(1, 10),
    DEFAULT_WORKLOAD.parallelization,
  )
  .option('--connections <number>', 'connections through which all deliveries come (default: none)', large)
  .option(
    '--executions <number>',
    'events sent to a target, once for each (default: executions are off)',
    large,
  )
  .option('--issues <number>', 'issues of the reconciled Jira site (default: no site)', large)
  .option(
    '--rate <number>',
    'requests to Jira a second, at most',
    wholeNumber(1, 1_000),
    DEFAULT_WORKLOAD.reconcile_rate,
  )
  .addOption(new Option('--traces <state>', 'X-Ray traces').choices(['on', 'off']).default('off'))
  .option('--json', 'print the rows as JSON')
  .addHelpText('after', HELP);

type Flags = {
  deliveries: number;
  bytes: number;
  correlation: 'on' | 'off';
  region: Region;
  retentionDays: number;
  hours: number;
  window: number;
  parallelization: number;
  connections?: number;
  executions?: number;
  issues?: number;
  rate: number;
  traces: 'on' | 'off';
  json?: true;
};

const workloadOf = (flags: Flags): Workload => ({
  deliveries_per_month: flags.deliveries,
  body_bytes: flags.bytes,
  correlation: flags.correlation === 'on',
  retention_days: flags.retentionDays,
  hours_per_month: flags.hours,
  batch_window_seconds: flags.window,
  parallelization: flags.parallelization,
  connections: flags.connections ?? 0,
  executions: flags.executions ?? 0,
  issues: flags.issues ?? 0,
  reconcile_rate: flags.rate,
  traces: flags.traces === 'on',
  region: flags.region,
});

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const bill = billOf(workloadOf(flags));
  const priced = { ...bill, prices_read: PRICES_READ, prices: PRICES };
  console.log(flags.json ? JSON.stringify(priced, null, 2) : billText(bill));
  return 0;
});
