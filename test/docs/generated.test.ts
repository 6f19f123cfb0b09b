import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { docBlocks, docFiles, replaceBlock } from '../../src/cli/docs/blocks.ts';
import { page } from '../support/markdown.ts';
import { runHere } from '../support/run-here.ts';

const PROJECT = join(import.meta.dirname, '../..');

describe('what is made from code', () => {
  it.each(docBlocks())(
    '$file has the current $name table, because npm run docs -- --write made it',
    (block) => {
      expect(page(block.file)).toBe(replaceBlock(page(block.file), block));
    },
  );

  it.each(docFiles())('$file is the current one, because others validate against it', ({ file, content }) => {
    expect(readFileSync(join(PROJECT, file), 'utf8')).toBe(content);
  });

  it('is out of date when the code changes, because else the check above could not fail', () => {
    const block = { file: 'a page', name: 'x', content: '| new |' };
    const before = 'above\n<!-- made by npm run docs: x -->\n| old |\n<!-- end: x -->\nbelow\n';
    const after = 'above\n<!-- made by npm run docs: x -->\n| new |\n<!-- end: x -->\nbelow\n';
    expect(replaceBlock(before, block)).toBe(after);
    expect(replaceBlock(after, block)).toBe(after);
    expect(() => replaceBlock('no markers', block)).toThrow('a page has no lines');
  });

  const runDocs = (...args: string[]) => runHere('src/cli/docs.ts', args);

  it('is checked by npm run docs -- --check, because a person wants to know before the tests', async () => {
    const { code, stdout } = await runDocs('--check');
    expect([code, stdout]).toEqual([
      0,
      [
        'docs/configuration.md (env): up to date\n',
        'docs/architecture.md (indexes): up to date\n',
        'docs/scale.md (reconciliation): up to date\n',
        'docs/cost.md (components): up to date\n',
        'docs/cost.md (bill): up to date\n',
        'docs/cost.md (variants): up to date\n',
        'docs/cost.md (prices): up to date\n',
        'docs/cost.md (assumed): up to date\n',
        'docs/cost.md (measured): up to date\n',
        'docs/schemas/run-document.schema.json: up to date\n',
        'docs/schemas/latest-summary.schema.json: up to date\n',
      ].join(''),
    ]);
  });

  it.each([
    ['nothing', []],
    ['both flags', ['--write', '--check']],
  ])('is not touched by npm run docs with %s, because that says nothing', async (_, args) => {
    expect((await runDocs(...args)).code).toBe(2);
  });
});
