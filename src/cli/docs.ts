import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../local/project.ts';
import { docBlocks, docFiles, replaceBlock } from './docs/blocks.ts';
import { newCommand, runCommand, UsageError } from './shared/command.ts';

const command = newCommand('docs', 'Generates the tables and schemas of the documentation from the code.')
  .option('--write', 'update the pages and the schemas')
  .option('--check', 'only report what is out of date');

/** A generated file, or block of a file. `make` returns the new text of the file from the current one. */
type Made = { file: string; name: string; make(before: string): string };

const made = (): Made[] => [
  ...docBlocks().map((block) => ({
    file: block.file,
    name: `${block.file} (${block.name})`,
    make: (before: string) => replaceBlock(before, block),
  })),
  ...docFiles().map(({ file, content }) => ({ file, name: file, make: () => content })),
];

const readOrEmpty = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/** The new text of the file, or null if it is up to date. */
const outdated = ({ file, make }: Made): { path: string; text: string } | null => {
  const path = join(PROJECT_FOLDER, file);
  const before = readOrEmpty(path);
  const text = make(before);
  return text === before ? null : { path, text };
};

await runCommand(command, async () => {
  const { write = false, check = false } = command.opts<{ write?: boolean; check?: boolean }>();
  if (write === check) throw new UsageError('Give either --write or --check (--help shows how)');
  let stale = 0;
  for (const one of made()) {
    const change = outdated(one);
    if (change && write) writeFileSync(change.path, change.text);
    if (change) stale += 1;
    const state = change ? (write ? 'written' : 'out of date: npm run docs -- --write') : 'up to date';
    console.log(`${one.name}: ${state}`);
  }
  return stale > 0 && check ? 1 : 0;
});
