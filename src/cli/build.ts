import { resolve } from 'node:path';
import { Option } from 'commander';
import { readEnv } from '../contract/env.ts';
import { functionNames, gitSha } from '../local/project.ts';
import { BUILD_FOLDER, buildBundles } from './shared/bundle.ts';
import { newCommand, runCommand } from './shared/command.ts';
import { textTable } from './shared/tables.ts';

const command = newCommand('build', 'Bundles the Lambda functions, one folder per function, ready to zip.')
  .addOption(new Option('--out <folder>', 'output folder').default(BUILD_FOLDER, '.build'))
  .addHelpText(
    'after',
    '\nThe handler of each bundle is index.handler. It reports GIT_SHA, else the current git commit.',
  );

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(0);

await runCommand(command, async () => {
  const { out } = command.opts<{ out: string }>();
  const sha = readEnv(process.env).GIT_SHA ?? gitSha();
  const sizes = await buildBundles(functionNames(), resolve(out), sha);
  const rows = sizes.map(({ name, file, bytes, gzip_bytes }) => [
    name,
    file,
    kilobytes(bytes),
    kilobytes(gzip_bytes),
  ]);
  console.log(textTable(['function', 'file', 'kB', 'kB gzipped'], rows));
  return 0;
});
