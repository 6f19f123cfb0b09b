import { join } from 'node:path';
import { newCommand, runCommand, wholeNumber } from '../../src/cli/shared/command.ts';
import { UsageError } from '../../src/cli/shared/command-error.ts';
import { showProgress } from '../../src/cli/shared/progress.ts';
import { PROJECT_FOLDER } from '../../src/local/project-folder.ts';
import { writeMeasured } from '../support/generated-page.ts';
import { describeSender, explainBad, printReport, reliabilityBlock } from './report.ts';
import { ROWS } from './rows/all-rows.ts';
import { type MatrixOptions, runMatrix } from './run-matrix.ts';
import { JIRA } from './sender/jira-model.ts';

const PAGE = join(PROJECT_FOLDER, 'docs/reliability.md');
const MOST_SEEDS = 100_000;

const command = newCommand(
  'faults',
  'Plays the fault matrix: every fault with every seed, and counts what became of the deliveries.',
)
  .option('--seed <number>', 'the first seed', wholeNumber(0, 999_999_999), 1)
  .option('--seeds <count>', 'how many seeds', wholeNumber(1, MOST_SEEDS), 3)
  .option('--row <text>', 'only rows with this in their name')
  .option('--at-once <count>', 'runs at the same time', wholeNumber(1, 64), 6)
  .option('--resends <count>', 'how often the sender tries again', wholeNumber(0, 100), JIRA.resends)
  .option('--wait <minutes...>', 'least and most minutes between two tries', wholeNumber(0, 600))
  .option(
    '--speed-up <times>',
    'how many times faster the sender’s minutes pass',
    wholeNumber(1, 100_000),
    1 / JIRA.scale,
  )
  .option('--connections <count>', 'deliveries under way at once', wholeNumber(1, 1000), JIRA.connections)
  .option('--write', 'write the table into docs/reliability.md', false);

type Flags = {
  seed: number;
  seeds: number;
  row?: string;
  atOnce: number;
  resends: number;
  wait?: number | number[];
  speedUp: number;
  connections: number;
  write: boolean;
};

const waitOf = ({ wait }: Flags): readonly [number, number] => {
  if (wait === undefined) return JIRA.waitMinutes;
  const [least, most] = [wait].flat();
  if (least === undefined || most === undefined || least > most)
    throw new UsageError('--wait takes two numbers, the smaller one first');
  return [least, most];
};

const toOptions = (flags: Flags): MatrixOptions => {
  const rows = ROWS.filter(({ name }) => name.includes(flags.row ?? ''));
  if (rows.length === 0)
    throw new UsageError(
      `No row has this in its name; there are: ${ROWS.map(({ name }) => name).join(', ')}`,
    );
  if (flags.write && rows.length < ROWS.length) throw new UsageError('--write wants all rows');
  const { seed, seeds, atOnce, resends, connections } = flags;
  const sender = { resends, waitMinutes: waitOf(flags), scale: 1 / flags.speedUp, connections };
  return { rows, seed, seeds, atOnce, sender };
};

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const options = toOptions(flags);
  console.log(describeSender(options.sender));
  const progress = showProgress('runs', options.rows.length * options.seeds);
  const matrix = await runMatrix(options, () => progress.step());
  progress.stop();
  printReport(options, matrix);
  for (const bad of matrix.bad) console.error(`${bad.row}, seed ${bad.seed}: ${explainBad(options, bad)}`);
  if (flags.write && matrix.bad.length === 0)
    writeMeasured(PAGE, 'matrix', reliabilityBlock(options, matrix));
  console.log(
    matrix.bad.length === 0
      ? 'Nothing lost, nothing doubled, nothing wrong.'
      : `${matrix.bad.length} runs were not right.`,
  );
  return matrix.bad.length === 0 ? 0 : 1;
});
