import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { PROJECT_FOLDER } from '../../../src/local/project.ts';
import { callBeside } from '../../support/beside.ts';
import { depth } from '../../support/depth.ts';
import { type DrawnRepository, drawRepository } from './drawn-repository.ts';
import { sentFrom } from './git-sent.ts';
import { runCli, spawnCli } from './run-cli.ts';

let root = '';
let repository: DrawnRepository;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'since-'));
  repository = drawRepository(join(root, 'shop'));
});

afterAll(() => rm(root, { recursive: true }));

const SINCE = join(PROJECT_FOLDER, 'src/cli/commits/since.ts');

const read = async (text: string): Promise<number> =>
  z.number().parse(await callBeside(SINCE, 'readSince', [repository.folder, text]));

/** Seconds of a time in this machine's zone, which is git's. */
const local = (year: number, month: number, day: number, hour = 0, minute = 0): number =>
  new Date(year, month - 1, day, hour, minute).getTime() / 1_000;

const daysAgo = (days: number): number => Date.now() / 1_000 - days * 86_400;

describe('a day without an hour', () => {
  it.each([
    '2026-01-31',
    ' 2026-01-31 ',
    '2026/01/31',
    '2026.01.31',
    '31.01.2026',
    '01/31/2026',
    '20260131',
    'Jan 31 2026',
    '31 January 2026',
    'Sat Jan 31 2026',
    '31st of January 2026',
  ])('%s is its start, because git would add the present hour', async (text) => {
    expect(await read(text)).toBe(local(2026, 1, 31));
  });

  it.each([
    ['yesterday', 1],
    ['today', 0],
  ])('%s is one too', async (text, days) => {
    const start = new Date();
    start.setHours(0, 0, 0, 0);
    start.setDate(start.getDate() - days);
    expect(await read(text)).toBe(start.getTime() / 1_000);
  });

  it('of another zone starts there', async () => {
    expect(await read('2026-01-31Z')).toBe(1_769_817_600);
    expect(await read('2026-01-31 +02:00')).toBe(1_769_810_400);
  });

  it('that is a weekday is its start', async () => {
    const seconds = await read('last friday');
    const date = new Date(seconds * 1_000);
    expect([date.getDay(), date.getHours(), date.getMinutes()]).toEqual([5, 0, 0]);
    expect(seconds).toBeGreaterThan(daysAgo(9));
  });
});

describe('a time', () => {
  it.each([
    ['2026-01-31T10:00:00+02:00', 1_769_846_400],
    ['2026-01-31T10:00:00Z', 1_769_853_600],
    ['2026-01-31 10:00:00 -0700', 1_769_878_800],
    ['Mon, 02 Feb 2026 10:00:00 +0100', 1_770_022_800],
    ['Mon Feb 2 10:00:00 2026 +0100', 1_770_022_800],
    ['2026-02-02T10:00:00.123Z', 1_770_026_400],
    ['@1700000000', 1_700_000_000],
    ['1700000000', 1_700_000_000],
    ['never', 0],
    ['99 years ago', 0],
  ])('%s is what it says', async (text, seconds) => {
    expect(await read(text)).toBe(seconds);
  });

  it.each([
    ['2026-01-31 10:30', local(2026, 1, 31, 10, 30)],
    ['2026-01-31T10:30', local(2026, 1, 31, 10, 30)],
    ['Jan 31 2026 10pm', local(2026, 1, 31, 22)],
  ])('%s is one of this machine’s zone', async (text, seconds) => {
    expect(await read(text)).toBe(seconds);
  });

  it.each([
    ['30.days', 30],
    ['30 days ago', 30],
    ['2 weeks ago', 14],
    ['1.week.2.days.ago', 9],
    ['two weeks', 14],
    ['36 hours ago', 1.5],
  ])('%s is counted from now', async (text, days) => {
    expect(Math.abs((await read(text)) - daysAgo(days))).toBeLessThan(3_700);
  });

  it('to come is one, because a clock may be wrong', async () => {
    expect(await read('2099-01-01T00:00:00Z')).toBe(4_070_908_800);
  });
});

describe('what is no time', () => {
  it.each([
    'garbage',
    'yestrday',
    '30.dais',
    'last weekk',
    'a week ago',
    '2026-13-01',
    '2026-02-30',
    '2026-02-29',
    '31.02.2026',
    'Feb 30',
    '31st of April 2026',
    '1969-12-31',
    '2200-01-01',
    '2026-01-31 25:00',
    '2026-01-31 10:61',
    '2026-01',
    '2026',
    '30',
    '20261301',
    '?',
    '\u001b[31m',
    '--all',
    '2 Wochen',
    'вчера',
  ])('%j is refused by its name, because git would take it for another or for now', async (text) => {
    await expect(read(text)).rejects.toThrow(`--since ${JSON.stringify(text)} is not a time: `);
  });

  it('is never taken for now, whatever words stand in it', { tags: ['deep'] }, async () => {
    const word = fc.stringMatching(/^[b-z]{4,9}$/);
    await fc.assert(
      fc.asyncProperty(fc.array(word, { minLength: 1, maxLength: 3 }), async (words) => {
        const text = words.join(' ');
        const seconds = await read(text).catch((fault: Error) => fault.message);
        if (typeof seconds === 'number') expect(seconds).toBeLessThan(Date.now() / 1_000 - 5);
        else expect(seconds).toContain(JSON.stringify(text));
      }),
      { numRuns: depth(10, 40) },
    );
  });
});

describe('commits', () => {
  beforeAll(async () => {
    const { commit } = repository;
    commit('late', { at: '1769900000 +0000' });
    commit('wrong-clock', { at: '978307200 +0000' });
    commit('early-that-day', { at: '1769817600 +0000' });
    commit('evening-before', { at: '1769817599 +0000' });
    commit('newest', { at: '1769990000 +0000' });
  });

  it('behind one of an older time are found, because clocks are wrong and rebases keep times', async () => {
    const since = '2026-01-31T00:00:00Z';
    expect(await sentFrom(repository.folder, { since })).toEqual([
      'late main',
      'early-that-day main',
      'newest main',
    ]);
  });

  it('of a day are those of its first second on, in the zone of this machine', async () => {
    const dryRun = ['--repo', repository.folder, '--since', '2026-01-31', '--dry-run'];
    const there = await spawnCli('commits', dryRun, { TZ: 'UTC' });
    expect(there.stdout).toContain('Commits of shop since 2026-01-31T00:00:00.000Z: 3 (main: 3)');
    const east = await spawnCli('commits', dryRun, { TZ: 'Pacific/Auckland' });
    expect(east.stdout).toContain('Commits of shop since 2026-01-30T11:00:00.000Z: 4 (main: 4)');
  });

  it('are not sent for a time that is none, which ends with exit code 2', async () => {
    const args = ['--repo', repository.folder, '--since', 'yestrday', '--dry-run'];
    const { code, stdout, stderr } = await runCli('commits', args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('--since "yestrday" is not a time: git does not know the word "yestrday"');
  });
});
