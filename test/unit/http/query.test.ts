import { describe, expect, it } from 'vitest';
import { BadRequestError } from '../../../src/errors/errors.ts';
import {
  readDay,
  readDeleted,
  readHours,
  readLimit,
  readOutcome,
  readRequired,
  readSince,
  readSource,
} from '../../../src/http/query.ts';

const query = (name: string, value: string): Map<string, string> => new Map([[name, value]]);
const none = new Map<string, string>();
const NOON_IN_PHOENIX = Date.UTC(2026, 10, 22, 19);

describe('query parameters', () => {
  it('have the defaults of the contract, because most callers give none', () => {
    expect(readLimit(none)).toBe(25);
    expect(readHours(none)).toBe(24);
    expect(readOutcome(none)).toBeNull();
    expect(readDeleted(none)).toBeNull();
    expect(readDay(none, NOON_IN_PHOENIX)).toBe('2026-11-22');
  });

  it("takes today from Phoenix, because UTC's day is another one in the evening", () => {
    expect(readDay(none, Date.UTC(2026, 10, 23, 6, 59))).toBe('2026-11-22');
    expect(readDay(none, Date.UTC(2026, 10, 23, 7, 0))).toBe('2026-11-23');
  });

  it.each(['1', '100'])('takes limit %s, because the bounds are included', (text) => {
    expect(readLimit(query('limit', text))).toBe(Number(text));
  });

  it.each(['0', '101', '-1', '1.5', '', 'ten', '1e2', ' 5', '99999999999'])(
    'refuses limit "%s", because it is no whole number from 1 to 100',
    (text) => {
      expect(() => readLimit(query('limit', text))).toThrow(BadRequestError);
    },
  );

  it.each(['0', '721', 'x'])('refuses hours "%s", because it is not from 1 to 720', (text) => {
    expect(() => readHours(query('hours', text))).toThrow('hours: must be a whole number from 1 to 720');
  });

  it.each(['2026-02-30', '2026-2-3', 'today', '', '20261122', '2026-11-22T00:00'])(
    'refuses date "%s", because it is no calendar day',
    (text) => {
      expect(() => readDay(query('date', text), NOON_IN_PHOENIX)).toThrow(BadRequestError);
    },
  );

  it('refuses a source that no event has, because the filter would silently find nothing', () => {
    expect(readSource(none)).toBeNull();
    expect(readSource(query('source', 'reconcile'))).toBe('reconcile');
    expect(readSource(query('source', 'gitlab'))).toBe('gitlab');
    for (const source of ['', 'Jira', 'reconciliation', 'deliveries', 'toString'])
      expect(() => readSource(query('source', source))).toThrow(BadRequestError);
  });

  it('refuses an outcome that is never stored, because the filter would silently find nothing', () => {
    expect(readOutcome(query('outcome', 'stale'))).toBe('stale');
    expect(() => readOutcome(query('outcome', 'duplicate'))).toThrow(BadRequestError);
    expect(() => readOutcome(query('outcome', '__proto__'))).toThrow(BadRequestError);
  });

  it('refuses deleted=yes, because only true and false mean something', () => {
    expect(readDeleted(query('deleted', 'false'))).toBe(false);
    expect(() => readDeleted(query('deleted', 'yes'))).toThrow(BadRequestError);
  });

  it('names a missing parameter, because the caller must know which', () => {
    expect(() => readRequired(none, 'project')).toThrow('project: required');
  });

  it.each([
    ['2026-01-31T00:00:00+02:00', Date.UTC(2026, 0, 30, 22)],
    ['2026-01-31T00:00:00 02:00', Date.UTC(2026, 0, 30, 22)],
    ['2026-01-31T05:45 0545', Date.UTC(2026, 0, 31)],
    ['2026-01-31T00:00:00.5-02:00', Date.UTC(2026, 0, 31, 2, 0, 0, 500)],
    ['2026-01-31', Date.UTC(2026, 0, 31, 7)],
  ])('reads since %s, because a plus that nobody encoded arrives as a space', (text, ms) => {
    expect(readSince(query('since', text))).toEqual({ text: text.replace(' ', '+'), ms });
  });

  it.each(['', ' ', '2026-01-31 00:00', '2026-01-31T00:00:00  02:00', '2026-01-31 02:00', 'T 02:00'])(
    'refuses since "%s", because only the sign of an offset may be missing',
    (text) => {
      expect(() => readSince(query('since', text))).toThrow(BadRequestError);
    },
  );
});
