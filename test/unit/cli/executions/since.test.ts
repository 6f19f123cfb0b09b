import { describe, expect, it } from 'vitest';
import { daysSince, readSince } from '../../../../src/cli/executions/retry.ts';

const NOW = Date.parse('2026-11-22T12:00:00-07:00');

describe('--since', () => {
  it.each([
    ['30m', '2026-11-22T11:30:00-07:00'],
    ['2h', '2026-11-22T10:00:00-07:00'],
    ['3d', '2026-11-19T12:00:00-07:00'],
    ['2026-11-22', '2026-11-22T00:00:00-07:00'],
    ['2026-11-22T10:00:00+01:00', '2026-11-22T02:00:00-07:00'],
  ])('%s means %s', (text, instant) => {
    expect(readSince(text, NOW)).toBe(Date.parse(instant));
  });

  it.each(['', '0h', '5s', '2', 'h', '-2h', '2026-02-30', '2026-11-22T10:00:00', 'yesterday', '1e3m'])(
    'refuses %j, because it names no instant',
    (text) => {
      expect(() => readSince(text, NOW)).toThrow('--since must be 30m, 2h, 3d');
    },
  );

  it.each(['2026-11-23', '401d', '2020-01-01'])('refuses %s, because nothing can be of then', (text) => {
    expect(() => readSince(text, NOW)).toThrow('in the last 400 days');
  });
});

describe('the days to look through', () => {
  it.each([
    ['2026-11-22T00:00:00-07:00', ['2026-11-22']],
    ['2026-11-21T23:59:59-07:00', ['2026-11-22', '2026-11-21']],
    ['2026-11-20T00:00:00-07:00', ['2026-11-22', '2026-11-21', '2026-11-20']],
  ])('since %s are those of Phoenix, the newest first', (since, days) => {
    expect(daysSince(Date.parse(since), NOW)).toEqual(days);
  });
});
