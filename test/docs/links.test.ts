import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { brokenLinks, inlineCode, linkCount, page, pages } from '../support/markdown.ts';

const PROJECT = join(import.meta.dirname, '../..');

describe('links and paths', () => {
  it('are found, because a check of nothing passes', () => {
    expect(linkCount).toBeGreaterThan(20);
  });

  it.each(pages)('$file links to what is there, headings included', (one) => {
    expect(brokenLinks(one)).toEqual([]);
  });

  it.each(pages)('$file names only files that are there, because code moves', ({ text }) => {
    const paths = inlineCode(text).filter((code) => /^(bin|lib|src|test|docs|\.ci)\/[\w./-]+$/.test(code));
    expect(paths.filter((path) => !existsSync(join(PROJECT, path)))).toEqual([]);
  });

  it('lead from the list of decisions to each of them, under its own title', () => {
    const folder = join(PROJECT, 'docs/decisions');
    const listed = readdirSync(folder)
      .filter((file) => file !== 'README.md')
      .sort()
      .map((file) => `- [${/^# (.+)$/m.exec(page(`docs/decisions/${file}`))?.[1]}](${file})`);
    expect(listed.length).toBeGreaterThanOrEqual(8);
    expect(
      page('docs/decisions/README.md')
        .split('\n')
        .filter((line) => line.startsWith('- ')),
    ).toEqual(listed);
  });
});

describe('a decision', () => {
  const decisions = pages.filter(({ file }) => /decisions\/\d{4}-/.test(file));

  it.each(decisions)(
    '$file has its parts and fits a page, because it is read by somebody in a hurry',
    ({ text }) => {
      expect(text).toMatch(
        /^# \d{4} .+\n\nStatus: (accepted|superseded by \d{4})\. Date: \d{4}-\d\d-\d\d\.\n/,
      );
      expect([...text.matchAll(/^## (.+)$/gm)].map((match) => match[1])).toEqual([
        'Context',
        'Decision',
        'Consequences',
      ]);
      expect(text.split('\n').length).toBeLessThanOrEqual(60);
    },
  );
});
