import { describe, expect, it } from 'vitest';
import { bestIssue, type FoundIssue } from '../../../src/store/find-issue.ts';

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
    ['was created last, where nothing else tells them apart', now('2'), now('1')],
  ] satisfies [string, FoundIssue, FoundIssue][])('is the one that %s', (_what, wanted, other) => {
    expect(best(wanted, other)).toBe(wanted.issue_id);
    expect(best(other, wanted)).toBe(wanted.issue_id);
  });

  it('stays the same where one is found twice', () => {
    expect(best(now('1'), now('1'))).toBe('1');
  });
});
