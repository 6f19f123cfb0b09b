import { join } from 'node:path';
import { newCommand, runCommand } from '../../src/cli/shared/command.ts';
import { showProgress } from '../../src/cli/shared/terminal.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { writeMeasured } from '../support/generated-page.ts';
import { type Flags, toOptions, withFlags } from './flags.ts';
import { describeSender, explainBad, printReport, reliabilityBlocks } from './report.ts';
import { runMatrix } from './run-matrix.ts';

const PAGE = join(PROJECT_FOLDER, 'docs/reliability.md');

const command = withFlags(
  newCommand(
    'faults',
    'Plays the fault matrix: every fault with every seed, and counts what became of the deliveries.',
  ),
);

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const options = toOptions(flags);
  console.log(describeSender(options.sender));
  const progress = showProgress('runs', options.rows.length * options.seeds);
  const matrix = await runMatrix(options, () => progress.step());
  progress.stop();
  printReport(options, matrix);
  for (const bad of matrix.bad) console.error(`${bad.row}, seed ${bad.seed}: ${explainBad(options, bad)}`);
  const left = options.rows.length * options.seeds - matrix.played;
  if (left > 0) console.log(`Ended early: ${left} runs were not played, and nothing is written.`);
  else if (flags.write && matrix.bad.length === 0)
    for (const [group, block] of reliabilityBlocks(options, matrix))
      writeMeasured(PAGE, `matrix-${group}`, block);
  console.log(
    matrix.bad.length === 0
      ? 'Nothing lost, nothing doubled, nothing wrong.'
      : `${matrix.bad.length} runs were not right.`,
  );
  return matrix.bad.length === 0 ? 0 : 1;
});
