import fc from 'fast-check';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { parseInstant, toPhoenixDay, toPhoenixIso, toUtcIso } from '../../../src/domain/instant.ts';
import { isCalendarDay } from '../../../src/domain/phoenix-day.ts';

const PHOENIX = 'America/Phoenix';

describe('parseInstant', () => {
  it.each([
    ['2019-02-15T19:01:52.971-0800', '2019-02-16T03:01:52.971Z'],
    ['2019-06-27T15:32:51.495+0000', '2019-06-27T15:32:51.495Z'],
    ['2019-08-14T11:07:58.354+0800', '2019-08-14T03:07:58.354Z'],
    ['2024-01-01T05:30:00.000+0530', '2024-01-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
    ['2024-02-29T00:00:00.5+01:00', '2024-02-28T23:00:00.500Z'],
  ])('reads %s, because Jira writes offsets without a colon and others with one', (text, utc) => {
    expect(toUtcIso(parseInstant(text) ?? 0)).toBe(utc);
  });

  it.each([
    '',
    '2019',
    '1',
    '2019-02-15',
    '2019-02-15T19:01:52.971',
    '2019-02-30T00:00:00Z',
    'Feb 1 2019',
    '2019-02-15T25:00:00Z',
    '2019-13-01T00:00:00Z',
  ])('refuses "%s", because it names no instant', (text) => {
    expect(parseInstant(text)).toBeNull();
  });
});

describe('parseInstant', () => {
  it('agrees with luxon on any date and offset, because a parser of our own must not be a guess', () => {
    const two = (most: number) => fc.integer({ min: 0, max: most }).map((n) => String(n).padStart(2, '0'));
    const parts = fc.tuple(
      fc.integer({ min: 1000, max: 9999 }),
      two(13),
      two(32),
      two(24),
      two(60),
      two(60),
      two(15),
      two(59),
    );
    fc.assert(
      fc.property(
        parts,
        fc.constantFrom('+', '-'),
        ([year, month, day, h, m, s, offsetHours, offsetMinutes], sign) => {
          const text = `${year}-${month}-${day}T${h}:${m}:${s}.123${sign}${offsetHours}${offsetMinutes}`;
          const luxon = DateTime.fromISO(text);
          const expected = luxon.isValid && h !== '24' ? luxon.toMillis() : null;
          expect(parseInstant(text)).toBe(expected);
        },
      ),
      { numRuns: 2000 },
    );
  });
});

describe('Phoenix time', () => {
  it.each([
    ['2026-01-15T12:00:00.000Z', '2026-01-15T05:00:00.000-07:00'],
    ['2026-07-15T12:00:00.000Z', '2026-07-15T05:00:00.000-07:00'],
    ['2026-03-08T09:30:00.001Z', '2026-03-08T02:30:00.001-07:00'],
  ])('of %s is %s, because Arizona keeps UTC-7 in every month', (utc, phoenix) => {
    expect(toPhoenixIso(Date.parse(utc))).toBe(phoenix);
  });

  it('agrees with the time zone database since 1968, because a constant must not be a guess', () => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(1969, 0), max: Date.UTC(2037, 0) }), (ms) => {
        expect(toPhoenixIso(ms)).toBe(DateTime.fromMillis(ms, { zone: PHOENIX }).toISO());
      }),
    );
  });

  it('changes the day at seven in the morning UTC, because that is midnight there', () => {
    expect(toPhoenixDay(Date.parse('2026-11-23T06:59:59.999Z'))).toBe('2026-11-22');
    expect(isCalendarDay('2026-11-23')).toBe(true);
    expect(isCalendarDay('2026-02-30')).toBe(false);
  });
});
