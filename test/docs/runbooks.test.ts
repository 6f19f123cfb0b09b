import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { keyNames } from '../../src/cli/rotate-secret/document.ts';
import { CHECKS } from '../../src/cli/smoke/run-checks.ts';
import { readEnv } from '../../src/contract/env.ts';
import { LOG_ALARMS } from '../../src/contract/log-alarms.ts';
import { CONNECTION_AUTHS } from '../../src/domain/connection.ts';
import { OUTCOMES, PROBLEM_TYPES } from '../../src/domain/delivery.ts';
import { CONNECTION_KINDS, SOURCES } from '../../src/domain/source.ts';
import { UnavailableError } from '../../src/errors/errors.ts';
import { startRun } from '../../src/http/request.ts';
import { faultResponse } from '../../src/http/response.ts';
import { emptyLine, logDelivery } from '../../src/ingest/report.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { inlineCode, logSearches, page, pages, tableRows } from '../support/markdown.ts';

const PROJECT = join(import.meta.dirname, '../..');

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

describe('the page of a sender', () => {
  const files = readdirSync(join(PROJECT, 'docs/runbooks/senders')).map(
    (file) => `docs/runbooks/senders/${file}`,
  );
  const rows = tableRows(page('docs/runbooks/connections.md'), 'sender');

  it('is in the list of senders, with a kind and an auth that a connection may have', () => {
    const linked = rows.map(([, link = '']) => `docs/runbooks/${/\]\((.+)\)/.exec(link)?.[1]}`);
    expect(linked.toSorted()).toEqual(files.toSorted());
    const kinds = rows.map(([, , kind = '']) => kind.replaceAll('`', ''));
    expect([...new Set(kinds)].toSorted()).toEqual([...CONNECTION_KINDS].toSorted());
    const auths = rows.flatMap(([, , , auth = '']) => inlineCode(auth));
    expect(auths.filter((auth) => !CONNECTION_AUTHS.some((known) => known === auth))).toEqual([]);
  });

  it.each(files)('%s says what to paste, how to try it and what goes wrong, on half a page', (file) => {
    const text = page(file);
    expect(text).toContain('npm run connections -- add --kind ');
    expect(text).toMatch(/^## Try it$/m);
    expect(tableRows(text, 'you see').length).toBeGreaterThan(2);
    expect(text.split('\n').length).toBeLessThanOrEqual(60);
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

/** What a function's line may hold in the fields that runbooks search for text. */
const VALUES: Record<string, readonly string[]> = {
  alarm: LOG_ALARMS,
  outcome: [...OUTCOMES, 'duplicate', ...PROBLEM_TYPES],
  secret: Object.values(keyNames('jira')),
  source: SOURCES,
};

const keysOf = (json: string): string[] =>
  Object.keys(z.record(z.string(), z.unknown()).parse(JSON.parse(json)));

/** The fields of lines as the functions write them. */
const functionFields = (): string[] => {
  const lines: string[] = [];
  const log = createLogger(readEnv({}), { write: (line) => void lines.push(line) });
  const run = startRun(systemClock);
  logDelivery(log, systemClock, run, emptyLine('jira'));
  faultResponse(log, run, new UnavailableError('table', new Error('down')));
  log.error({ alarm: LOG_ALARMS[0] }, 'an alarm');
  return lines.flatMap(keysOf);
};

describe('a search of the logs', () => {
  const searches = logSearches.filter(({ log }) => log !== 'ApiAccess');
  const isKnown = (field: string, value: string): boolean =>
    (VALUES[field] ?? []).some((known) =>
      value.endsWith('*') ? known.startsWith(value.slice(0, -1)) : known === value,
    );

  it('is shown often, because a check of nothing passes', () => {
    expect(searches.length).toBeGreaterThan(15);
  });

  it.each(searches)('in $file for $condition asks for a field and a value that the log has', (one) => {
    const parts = /^\$\.(\w+) (?:=|>=) (?:"([^"]*)"|[\d*]+)$/.exec(one.condition);
    const [, field = 'no field', value] = parts ?? [];
    expect(functionFields()).toContain(field);
    if (value !== undefined) expect(isKnown(field, value)).toBe(true);
  });
});
