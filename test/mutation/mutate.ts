import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { newCommand, runCommand } from '../../src/cli/shared/command.ts';
import { CommandError, UsageError } from '../../src/cli/shared/command-error.ts';
import { textTable } from '../../src/cli/shared/text-table.ts';
import { PROJECT_FOLDER } from '../../src/local/project-folder.ts';
import { PARTS } from './parts.ts';
import { readScores, type Score } from './report.ts';

const FOLDER = import.meta.dirname;
const STRYKER = join(FOLDER, 'node_modules/@stryker-mutator/core/bin/stryker.js');
const REPORT = join(PROJECT_FOLDER, '.local/mutation.json');
const LEAST_PERCENT = 90;

const command = newCommand(
  'mutate',
  'Changes the code bit by bit and sees whether a test fails: Stryker, which is installed into its own folder first.',
)
  .option('--only <parts...>', `only these: ${Object.keys(PARTS).join(', ')}`)
  .option('--report', 'show the report of the last run again', false);

type Flags = { only?: string[]; report: boolean };

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

/** Explained ones count as noticed: nothing could notice them. */
const percentOf = ({ tried, noticed, explained }: Score): number =>
  tried === 0 ? 100 : (100 * (noticed + explained)) / tried;

const show = (scores: Score[]): string =>
  textTable(
    ['folder', 'changes', 'noticed', 'explained', 'unnoticed', 'score %'],
    scores.map((score) => [
      score.folder,
      String(score.tried),
      String(score.noticed),
      String(score.explained),
      String(score.rest.length),
      percentOf(score).toFixed(1),
    ]),
  );

await runCommand(command, async () => {
  const flags = command.opts<Flags>();
  const parts = partsOf(flags);
  if (!flags.report) {
    if (!existsSync(STRYKER)) await run('npm', ['ci', '--prefix', FOLDER]);
    for (const part of parts) await mutatePart(part);
  }
  const scores = parts
    .filter((part) => existsSync(reportOf(part)))
    .flatMap((part) => readScores(reportOf(part)));
  if (scores.length === 0) throw new CommandError('There is no report yet: run it without --report first.');
  for (const { file, line, code, replacement } of scores.flatMap(({ rest }) => rest))
    console.log(`${file}:${line}  ${code}\n    became  ${replacement.replaceAll(/\s+/g, ' ')}`);
  console.log(show(scores));
  return scores.every((score) => percentOf(score) >= LEAST_PERCENT) ? 0 : 1;
});
