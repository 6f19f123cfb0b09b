import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readContext } from '../../../lib/context.ts';
import { ALARMS, RUNBOOK } from '../../../src/contract/alarms.ts';
import { logSearches, page, pages, tableRows } from '../../support/markdown.ts';
import { A_SITE, EVERYTHING_SET, SENDING, synthStack } from './synth-stack.ts';

const unquoted = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');

const { resources } = synthStack({ ...A_SITE, ...SENDING });

/** What a runbook's `name` and `search_log` look for: a type, and how the logical id begins. */
const wanted = pages.flatMap(({ text }) => {
  const names = [...text.matchAll(/\bname ([A-Z]\w+::\w+) ([A-Z]\w+)/g)];
  const logs = [...text.matchAll(/\bsearch_log ([A-Z]\w+)/g)];
  return [
    ...names.map(([, type = '', prefix = '']) => ({ type, prefix })),
    ...logs.map(([, prefix = '']) => ({ type: 'Logs::LogGroup', prefix })),
  ];
});

const distinct = [...new Map(wanted.map((one) => [`${one.type} ${one.prefix}`, one])).values()];

describe('a name in the runbooks', () => {
  it('is looked for in several places, because else this test would see none', () => {
    expect(distinct.length).toBeGreaterThan(8);
  });

  it.each(distinct)('$prefix is one $type of the stack, because a command with none or two fails', (one) => {
    const found = Object.entries(resources).filter(
      ([id, { Type }]) => Type === `AWS::${one.type}` && id.startsWith(one.prefix),
    );
    expect(found.map(([id]) => id)).toHaveLength(1);
  });
});

const accessLog = z.object({ AccessLogSettings: z.object({ Format: z.string() }) });

describe('a search of the access log', () => {
  const searches = logSearches.filter(({ log }) => log === 'ApiAccess');
  const fields = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::ApiGatewayV2::Stage')
    .flatMap(({ Properties }) => JSON.parse(accessLog.parse(Properties).AccessLogSettings.Format))
    .flatMap(Object.keys);

  it('is shown often, because a check of nothing passes', () => {
    expect(searches.length).toBeGreaterThan(10);
  });

  it.each(searches)('in $file for $condition asks for a field that the log has', ({ condition }) => {
    expect(fields).toContain(/^\$\.(\w+) = "[^"]*"$/.exec(condition)?.[1]);
  });
});

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
      expect(asked).toEqual(['Means:', 'Lost?', 'Look first:', 'Fix:', 'Over when:']);
    },
  );
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

  it('gives the defaults of the code, because people rely on them', () => {
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
    const listed = tableRows(SETUP, 'output').flatMap(([names]) => unquoted(names));
    const outputs = Object.keys(synthStack(EVERYTHING_SET).outputs);
    expect(outputs.length).toBeGreaterThan(6);
    expect(listed.toSorted()).toEqual(outputs.toSorted());
  });
});
