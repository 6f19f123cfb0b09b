import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT_FOLDER } from '../local/project-folder.ts';
import { newCommand, runCommand } from './shared/command.ts';
import { UsageError } from './shared/command-error.ts';
import { type DocBlock, docBlocks, replaceBlock } from './shared/doc-blocks.ts';

const command = newCommand('docs', 'Makes the tables of the documentation that come from the code.')
  .option('--write', 'write the tables into the pages')
  .option('--check', 'only say which pages are out of date');

/** The page as it should be, or null when it is so already. */
const outdated = (block: DocBlock): { path: string; page: string } | null => {
  const path = join(PROJECT_FOLDER, block.file);
  const before = readFileSync(path, 'utf8');
  const page = replaceBlock(before, block);
  return page === before ? null : { path, page };
};

await runCommand(command, async () => {
  const { write = false, check = false } = command.opts<{ write?: boolean; check?: boolean }>();
  if (write === check) throw new UsageError('Give either --write or --check (--help shows how)');
  let stale = 0;
  for (const block of docBlocks()) {
    const change = outdated(block);
    if (change && write) writeFileSync(change.path, change.page);
    if (change) stale += 1;
    const state = change ? (write ? 'written' : 'out of date: npm run docs -- --write') : 'up to date';
    console.log(`${block.file} (${block.name}): ${state}`);
  }
  return stale > 0 && check ? 1 : 0;
});
