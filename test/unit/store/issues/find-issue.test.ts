import { describe, expect, it } from 'vitest';
import { bestIssue, type FoundIssue, supersededBy } from '../../../../src/store/issues/find-issue.ts';

const now = (issue_id: string, more: object = {}): FoundIssue => ({
  issue_id,
  row: { issue_key: 'ABC-1', updated_ms: 1, timestamp_ms: 1, ...more },
});

const best = (...candidates: FoundIssue[]) => bestIssue(candidates, 'abc-1')?.issue_id;

describe('the issue that a key means', () => {
  it('is none of none', () => {
    expect(best()).toBeUndefined();
  });

  it.each([
    ['has it now, before one that had it', now('1'), now('2', { issue_key: 'XYZ-9', updated_ms: 9 })],
    ['is known, before one that is not', now('1', { issue_key: 'XYZ-9' }), { issue_id: '2', row: null }],
    ['is there, before one that was deleted', now('1'), now('2', { deleted: true })],
    ['was updated last', now('1', { updated_ms: 2 }), now('2')],
    ['has it by the newest version, also deleted', now('1', { timestamp_ms: 2, deleted: true }), now('2')],
    [
      'has it by its event, where all else is equal',
      now('1', { event_id: 'b' }),
      now('2', { event_id: 'a' }),
    ],
    ['has the greater of two long ids', now('9007199254740993'), now('9007199254740992')],
    ['was created last, where nothing else tells them apart', now('2'), now('1')],
  ] satisfies [string, FoundIssue, FoundIssue][])('is the one that %s', (_what, wanted, other) => {
    expect(best(wanted, other)).toBe(wanted.issue_id);
    expect(best(other, wanted)).toBe(wanted.issue_id);
  });

  it('stays the same where one is found twice', () => {
    expect(best(now('1'), now('1'))).toBe('1');
  });
});

describe('an issue whose key another one has too', () => {
  const older = now('1', { event_id: 'a' });
  const newer = now('2', { event_id: 'b', deleted: true, issue_key: 'abc-1' });
  const claims = new Map([['ABC-1', [older, newer, now('3', { issue_key: 'XYZ-9', updated_ms: 9 })]]]);

  it('is superseded by the one with the newest version, because only one can have it', () => {
    expect([older, newer].map((issue) => supersededBy(issue, claims))).toEqual(['2', null]);
  });

  it('is not when it has another key now, or nothing of it is known', () => {
    expect(supersededBy(now('3', { issue_key: 'XYZ-9' }), claims)).toBeNull();
    expect(supersededBy({ issue_id: '4', row: null }, claims)).toBeNull();
    expect(supersededBy({ issue_id: '4', row: { deleted: true } }, claims)).toBeNull();
  });
});
