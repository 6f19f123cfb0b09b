import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandError, newCommand, runCommand, UsageError } from '../../src/cli/shared/command.ts';
import { textTable } from '../../src/cli/shared/tables.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { writeMeasured } from '../support/generated-page.ts';
import { PARTS } from './parts.ts';
import { readScores } from './report.ts';
import { type MeasuredScore, percentOf, SCORE_HEAD, scoreBlock, scoreCells } from './score-page.ts';

const FOLDER = import.meta.dirname;
const STRYKER = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const REPORT = join(PROJECT_FOLDER, '.local/mutation.json');
const PAGE = join(PROJECT_FOLDER, 'docs/contributing.md');
const LEAST_PERCENT = 90;

const command = newCommand(
  'mutate',
  'Changes the code bit by bit and sees whether a test fails: Stryker, which is installed into its own folder first.',
)
  .option('--only <parts...>', `only these: ${Object.keys(PARTS).join(', ')}`)
  .option('--report', 'show the report of the last run again', false)
  .option('--write', 'write the scores into docs/contributing.md', false);

type Flags = { only?: string[]; report: boolean; write: boolean };

const run = async (program: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<void> => {
  const options = { cwd: PROJECT_FOLDER, stdio: 'inherit', env: { ...process.env, ...env } } as const;
  const [code] = await once(spawn(program, args, options), 'exit');
  if (code !== 0) throw new CommandError(`${program} ended with exit code ${code}`);
};

const reportOf = (part: string): string => join(PROJECT_FOLDER, `.local/mutation-${part}.json`);

/** Tests of the store go on where the one before ended, so there all of them run for every change. */
const coverageOf = (part: string): string => (part === 'store' ? 'off' : 'perTest');

const mutatePart = async (part: string): Promise<void> => {
  const args = ['run', join(FOLDER, 'stryker.config.json'), '--coverageAnalysis', coverageOf(part)];
  const files = (PARTS[part] ?? []).join(',');
  await run(process.execPath, [STRYKER, ...args, '--mutate', files], { MUTATED_PART: part });
  renameSync(REPORT, reportOf(part));
};

const partsOf = ({ only = Object.keys(PARTS) }: Flags): string[] => {
  if (only.some((part) => !PARTS[part]))
    throw new UsageError(`--only takes: ${Object.keys(PARTS).join(', ')}`);
  return only;
};

/** The scores of each part that has a report. */
const measuredOf = (parts: string[]): MeasuredScore[] =>
  parts
    .map(reportOf)
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const measured = statSync(file).mtime.toISOString().slice(0, 10);
      return readScores(file).map((score) => ({ score, measured }));
    });

const writePage = (scores: MeasuredScore[]): void => {
  if (scores.length < Object.keys(PARTS).length)
    throw new CommandError(
      'The page shows every part, and one has no report yet: run it without --only, or with --report.',
    );
  writeMeasured(PAGE, 'mutation', scoreBlock('npm run mutate -- --write', scores));
};

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const parts = partsOf(flags);
  if (!flags.report) {
    if (!existsSync(STRYKER)) await run('npm', ['ci', '--prefix', FOLDER]);
    for (const part of parts) await mutatePart(part);
  }
  const measured = measuredOf(parts);
  const scores = measured.map(({ score }) => score);
  if (scores.length === 0) throw new CommandError('There is no report yet: run it without --report first.');
  for (const { file, line, code, replacement } of scores.flatMap(({ rest }) => rest))
    console.log(`${file}:${line}  ${code}\n    became  ${replacement.replaceAll(/\s+/g, ' ')}`);
  console.log(textTable(SCORE_HEAD, scores.map(scoreCells)));
  if (flags.write) writePage(measured);
  return scores.every((score) => percentOf(score) >= LEAST_PERCENT) ? 0 : 1;
});
