import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ALARMS, RUNBOOK } from '../../lib/alarm-list.ts';
import { readContext } from '../../lib/context.ts';
import { CHECKS } from '../../src/cli/smoke/run-checks.ts';
import { codeBlocks, inlineCode, page, pages, tableRows } from '../support/markdown.ts';

const PROJECT = join(import.meta.dirname, '../..');
const source = (file: string): string => readFileSync(join(PROJECT, file), 'utf8');
const unquoted = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

/** Each section of a page, by the anchor of its heading. */
const sections = new Map(
  page(RUNBOOK)
    .split(/^## /m)
    .slice(1)
    .map((text) => [(text.split('\n')[0] ?? '').toLowerCase().replaceAll(' ', '-'), text]),
);

describe('an alarm', () => {
  const alarms = Object.entries(ALARMS).map(([name, { section }]) => ({ name, section }));

  it.each(alarms)('$name names a section that is there and names it, because an e-mail links it', (alarm) => {
    expect(sections.get(alarm.section)).toContain(`\`${alarm.name}\``);
  });

  it('is in the table of alarms with its section, because that is read first', () => {
    const listed = tableRows(page('docs/alarms.md'), 'alarm').flatMap(([names, , section = '']) =>
      unquoted(names).map((name) => ({ name, section: /#([a-z-]+)\)$/.exec(section)?.[1] })),
    );
    expect(listed.toSorted((a, b) => a.name.localeCompare(b.name))).toEqual(
      alarms.toSorted((a, b) => a.name.localeCompare(b.name)),
    );
  });
});

describe('troubleshooting', () => {
  it.each([...sections.keys()])(
    'answers the same five questions in %s, because people are in a hurry',
    (name) => {
      const asked = [...(sections.get(name) ?? '').matchAll(/^- \*\*([^*]+)\*\*/gm)].map((match) => match[1]);
      expect(asked).toEqual(['Means:', 'Lost?', 'Look first:', 'Mend:', 'Over when:']);
    },
  );
});

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

describe('setup', () => {
  const SETUP = page('docs/runbooks/setup.md');
  const namesOf = (context: Record<string, unknown>): string[] => {
    try {
      readContext(context);
      return [];
    } catch (fault) {
      return /Names: ([\w, ]+)\./.exec(String(fault))?.[1]?.split(', ') ?? [];
    }
  };

  it('has every value of the context and no other, because people choose from the list', () => {
    const names = tableRows(SETUP, 'name').map(([name]) => unquoted(name).join());
    expect(names.toSorted()).toEqual(namesOf({ nobodyKnows: 'this' }).toSorted());
  });

  it('tells the defaults of the code', () => {
    const { stage, throttleRate, throttleBurst, retentionDays } = readContext({});
    const told = new Map(
      tableRows(SETUP, 'name').map(([name, standard]) => [unquoted(name).join(), standard]),
    );
    expect([told.get('stage'), told.get('throttleRate')]).toEqual([`\`${stage}\``, String(throttleRate)]);
    expect([told.get('throttleBurst'), told.get('retentionDays')]).toEqual(
      [throttleBurst, retentionDays].map(String),
    );
  });

  it('has every output of the stack', () => {
    const [, block = ''] =
      /this\.output\(\{([\s\S]*?)\n {4}\}\);/.exec(source('lib/jira-webhook-sync-stack.ts')) ?? [];
    const outputs = [...block.matchAll(/\b([A-Z]\w+):/g)].map((match) => match[1]);
    const listed = tableRows(SETUP, 'output').flatMap(([names]) => unquoted(names));
    expect(outputs.length).toBeGreaterThan(6);
    expect(listed.toSorted()).toEqual(outputs.toSorted());
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
