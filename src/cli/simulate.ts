import { InvalidArgumentError } from 'commander';
import { newCommand, runCommand, wholeNumber } from './shared/command.ts';
import { textTable } from './shared/text-table.ts';
import { RATES, type ReportTable, SEED, simulate } from './simulate/tables.ts';

const HELP = `
Spreads deliveries over the partitions that the project's own keys make, second by second, and holds the busiest
second of the busiest partition against what DynamoDB gives one: 1,000 write units a second. 100 % is full.
"carries" is the rate at which it would be full. Figures and assumptions are those of npm run cost; docs/scale.md
explains the tables. The same seed gives the same tables.`;

const MOST_RATE = 1_000_000;

const readRates = (text: string): number[] =>
  text.split(',').map((part) => {
    const rate = /^\d+$/.test(part) ? Number(part) : Number.NaN;
    if (!(rate >= 1 && rate <= MOST_RATE))
      throw new InvalidArgumentError(`It must be whole numbers from 1 to ${MOST_RATE}, separated by commas.`);
    return rate;
  });

const command = newCommand('simulate', 'Shows which partition, lane or quota is full first at a rate.')
  .option('--rates <numbers>', 'deliveries a second, separated by commas', readRates, [...RATES])
  .option('--seed <number>', 'of the numbers at random', wholeNumber(0, 999_999_999), SEED)
  .option('--json', 'the tables as JSON')
  .addHelpText('after', HELP);

const asText = ({ title, head, rows }: ReportTable): string => `${title}\n${textTable(head, rows)}`;

await runCommand(command, async () => {
  const { rates, seed, json } = command.opts<{ rates: number[]; seed: number; json?: true }>();
  const tables = simulate(seed, rates);
  console.log(json ? JSON.stringify({ seed, rates, tables }, null, 2) : tables.map(asText).join('\n\n'));
  return 0;
});
