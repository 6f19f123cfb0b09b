import { statSync } from 'node:fs';
import { Option } from 'commander';
import { newCommand, runCommand, UsageError } from '../../src/cli/shared/command.ts';
import { coldStart } from './cold/cold-start.ts';
import { throughConnection } from './connections/through-connection.ts';
import { correlation } from './correlation/correlation.ts';
import { cpu } from './cpu/cpu.ts';
import { executions } from './executions/executions.ts';
import { httpToDurable } from './http/http-to-durable.ts';
import { inputs } from './inputs/inputs.ts';
import { memory } from './reconcile/memory.ts';
import { reconcile } from './reconcile/reconcile.ts';
import { FIXTURES } from './shared/deliveries.ts';
import { machineFacts } from './shared/machine.ts';
import {
  type Goal,
  type Options,
  printGoals,
  SECTION_NAMES,
  type Section,
  type SectionName,
} from './shared/section.ts';
import { writeUnits } from './write-units/write-units.ts';

const SECTIONS: Record<SectionName, Section> = {
  wu: writeUnits,
  cpu,
  http: httpToDurable,
  connections: throughConnection,
  cold: coldStart,
  correlation,
  executions,
  inputs,
  reconcile,
  memory,
};

const command = newCommand(
  'bench',
  'Measures cost and speed beside their floors, in one run. Figures, not assertions.',
)
  .option(
    '--short',
    'few and small rounds: shows within a minute that everything runs, the figures are rough',
    false,
  )
  .addOption(
    new Option('--corpus <folder>', 'deliveries to measure with').default(
      FIXTURES,
      'test/fixtures/deliveries',
    ),
  )
  .option('--only <sections>', `some of ${SECTION_NAMES.join(',')}`, SECTION_NAMES.join(','));

const ROUGH =
  'Short: few and small rounds, which show that everything runs. The figures are rough, and judge nothing.';

type Flags = { short: boolean; corpus: string; only: string };

let owned = new AsyncDisposableStack();

/** Ends what is running before the process does; the exit codes are the shell's for the signals. */
const endOnSignals = (): void => {
  const end = async (code: number): Promise<never> => {
    await owned.disposeAsync().catch(() => {});
    process.exit(code);
  };
  process.once('SIGINT', () => end(130));
  process.once('SIGTERM', () => end(143));
  process.once('SIGHUP', () => end(129));
};

const runSection = async (section: Section, options: Options): Promise<Goal[]> => {
  owned = new AsyncDisposableStack();
  try {
    return await section(options, owned);
  } finally {
    await owned.disposeAsync();
  }
};

const pick = (names: string): Section[] =>
  names.split(',').map((name) => {
    const known = SECTION_NAMES.find((one) => one === name);
    if (!known) throw new UsageError(`--only knows ${SECTION_NAMES.join(', ')}, not ${name}`);
    return SECTIONS[known];
  });

await runCommand(command, async () => {
  const { short, corpus, only } = command.opts<Flags>();
  const sections = pick(only);
  if (!statSync(corpus, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(`--corpus needs a folder: ${corpus} is none`);
  endOnSignals();
  console.log(machineFacts());
  if (short) console.log(`\n${ROUGH}`);
  const goals: Goal[] = [];
  try {
    for (const section of sections) goals.push(...(await runSection(section, { short, folder: corpus })));
  } catch (fault) {
    console.error(fault);
    return 1;
  }
  printGoals(goals);
  if (short) console.log(ROUGH);
  return 0;
});
