import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/cli/smoke/run-checks.ts';
import { codeBlocks, inlineCode, page, pages } from '../support/markdown.ts';

const PROJECT = join(import.meta.dirname, '../..');
const source = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');

describe('a runbook', () => {
  const runbooks = pages.filter(({ file }) => /^docs\/(runbooks\/|local-invoke)/.test(file));

  it('is there for each thing that ops do, because a check of nothing passes', () => {
    expect(runbooks.length).toBeGreaterThanOrEqual(9);
  });

  it.each(runbooks)('$file says what its commands were run against, and what was not run', ({ text }) => {
    expect(text).toMatch(/Run on 20\d\d-\d\d-\d\d/);
    expect(text).toMatch(/not run/i);
  });

  it('is in the list of runbooks, because what is not listed is not found', () => {
    const links = [...page('docs/runbooks/README.md').matchAll(/\]\(([a-z-]+\.md)/g)].map(
      (match) => match[1],
    );
    const files = readdirSync(join(PROJECT, 'docs/runbooks')).filter((file) => /^[a-z-]+\.md$/.test(file));
    expect(files.filter((file) => !links.includes(file))).toEqual([]);
  });
});

describe('what is not verified', () => {
  const text = page('docs/not-verified.md');

  it('names every smoke check and no other, because each line promises one', () => {
    const named = inlineCode(text).flatMap((code) => /^smoke: (.+)$/.exec(code)?.[1] ?? []);
    expect([...new Set(named)].toSorted()).toEqual(CHECKS.map(({ name }) => name).toSorted());
  });

  it('has a check for everything that is taken for granted', () => {
    const rows = text.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|taken)/.test(line));
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.filter((row) => !/smoke: |manual|on paper/.test(row.split(' | ').at(-1) ?? ''))).toEqual([]);
  });
});

describe('a search of the logs', () => {
  const searches = pages.flatMap(({ file, text }) =>
    [...codeBlocks(text, 'bash'), ...inlineCode(text)].flatMap((code) =>
      [...code.matchAll(/search_log "?(\w+)\S* '\{ ([^']+) \}'/g)].flatMap(([, log = '', conditions = '']) =>
        conditions.split(' && ').map((condition) => ({ file, log, condition })),
      ),
    ),
  );
  const code = readdirSync(join(PROJECT, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => source(`src/${file}`))
    .join('\n');
  const gateway = source('lib/constructs/access-log.ts');

  /** As the code has it: a key's name is made from its source and the rest. */
  const inCode = (value: string): string => value.replace('*', '').replace(/^jira(_webhook_secret).*$/, '$1');

  it('is shown often, because a check of nothing passes', () => {
    expect(searches.length).toBeGreaterThan(25);
  });

  it.each(searches)('in $file for $condition asks for a field and a value that the log has', (one) => {
    const parts = /^\$\.(\w+) (?:=|>=) (?:"([^"]*)"|[\d*]+)$/.exec(one.condition);
    const [, field = 'no field', value] = parts ?? [];
    // pino writes the level by itself.
    if (field === 'level') return;
    if (one.log === 'ApiAccess')
      return expect(gateway).toMatch(new RegExp(`^ {2}${field}: '\\$context`, 'm'));
    expect(code).toMatch(new RegExp(`\\b${field}[:,]`));
    if (value !== undefined) expect(code).toContain(inCode(value));
  });
});
