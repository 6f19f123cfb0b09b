import { describe, expect, it } from 'vitest';
import {
  mentionOf,
  mergeCommits,
  newCommitState,
  toCommitState,
} from '../../../../src/correlate/rules/commit-state.ts';
import { aCommit, aPullRequest } from '../../../support/commits.ts';

const BODY = 'ABC-2 Show the total\n\nRefs: ABC-1\nSee ABC-2.';

describe('toCommitState', () => {
  it('takes the title from the first line and keys from all, because trailers name issues too', () => {
    expect(toCommitState(aCommit({ message: BODY }))).toEqual({
      kind: 'commit',
      details: {
        title: 'ABC-2 Show the total',
        author_name: 'Ada',
        committed_ms: 1714557600000,
        keys: ['ABC-2', 'ABC-1'],
      },
      branch_keys: [],
      pull_requests: {},
    });
  });

  it('sorts the keys of its branch, because equal facts are to be equal bytes', () => {
    expect(toCommitState(aCommit({ branch: 'xyz-9-and-abc-5' })).branch_keys).toEqual(['ABC-5', 'XYZ-9']);
  });

  it('takes in the branch and the pull request, because each is a rule of its own', () => {
    const pull_request = aPullRequest({ title: 'ABC-3 and abc-4', branch: 'fix/abc-5', updated_ms: 7 });
    const state = toCommitState(aCommit({ branch: 'feature/xyz-9-abc-1', pull_request }));
    expect(state.branch_keys).toEqual(['ABC-1', 'ABC-5', 'XYZ-9']);
    expect(state.pull_requests).toEqual({ 12: { keys: ['ABC-3'], updated_ms: 7 } });
  });

  it.each([
    ['Fix it\r\n\r\nABC-1', 'Fix it'],
    ['Fix it\rABC-1', 'Fix it'],
    ['\n\n  Fix it  \nABC-1', 'Fix it'],
    ['', ''],
    [' \n ', ''],
    [`${'😀'.repeat(1200)}`, '😀'.repeat(1000)],
    [`${'a'.repeat(999)} ${'b'.repeat(50)}`, 'a'.repeat(999)],
  ])('reads the title of %j, because messages come from every kind of tool', (message, title) => {
    expect(toCommitState(aCommit({ message })).details?.title).toBe(title);
  });

  it('knows no author when no sender names one, because absent is null', () => {
    expect(toCommitState(aCommit({ author_name: null })).details?.author_name).toBeNull();
  });
});

describe('mentionOf', () => {
  it('of an unknown time is older than any other, because a known one is believed', () => {
    const unknown = mentionOf(aPullRequest({ title: 'ABC-3', updated_ms: null }));
    const known = mentionOf(aPullRequest({ title: 'ABC-4', updated_ms: 1 }));
    expect(mergeCommits(known, unknown)).toEqual(known);
    expect(mergeCommits(unknown, known)).toEqual(known);
  });

  it('sorts the keys of a branch, because equal facts are to be equal bytes', () => {
    const { branch_keys } = mentionOf(aPullRequest({ branch: 'xyz-9-and-abc-5' }));
    expect(branch_keys).toEqual(['ABC-5', 'XYZ-9']);
  });

  it('gives keys but no details, because a pull request does not carry the commit', () => {
    expect(mentionOf(aPullRequest({ title: 'ABC-3', branch: 'abc-5', updated_ms: 7 }))).toEqual({
      kind: 'commit',
      details: null,
      branch_keys: ['ABC-5'],
      pull_requests: { 12: { keys: ['ABC-3'], updated_ms: 7 } },
    });
  });

  it('reports a title without keys too, because it may have had one before', () => {
    const before = mentionOf(aPullRequest({ title: 'ABC-3', updated_ms: 1 }));
    const after = mentionOf(aPullRequest({ title: 'No key', updated_ms: 2 }));
    expect(mergeCommits(after, before).pull_requests).toEqual({ 12: { keys: [], updated_ms: 2 } });
    expect(mergeCommits(before, after).pull_requests).toEqual({ 12: { keys: [], updated_ms: 2 } });
  });
});

describe('mergeCommits', () => {
  it('keeps what only one of them knows, because deliveries come in any order', () => {
    const commit = toCommitState(aCommit({ message: 'ABC-1', branch: 'abc-2' }));
    const mention = mentionOf(aPullRequest({ title: 'ABC-3', branch: 'abc-4' }));
    const both = mergeCommits(mention, commit);
    expect(both).toEqual(mergeCommits(commit, mention));
    expect(both).toEqual({
      kind: 'commit',
      details: { title: 'ABC-1', author_name: 'Ada', committed_ms: 1714557600000, keys: ['ABC-1'] },
      branch_keys: ['ABC-2', 'ABC-4'],
      pull_requests: { 12: { keys: ['ABC-3'], updated_ms: 1714557600000 } },
    });
  });

  it.each([
    ['of two titles the newer, though it sorts before the other', { title: 'ABC-1', updated_ms: 9 }, 'ABC-1'],
    ['of two titles the newer, though it sorts after the other', { title: 'ABC-4', updated_ms: 9 }, 'ABC-4'],
  ])('takes %s, in both orders, because the way they came must not show', (_which, other, key) => {
    const a = mentionOf(aPullRequest({ title: 'ABC-3', updated_ms: 5 }));
    const b = mentionOf(aPullRequest(other));
    expect(mergeCommits(a, b).pull_requests[12]?.keys).toEqual([key]);
    expect(mergeCommits(b, a).pull_requests[12]?.keys).toEqual([key]);
  });

  it('leaves a commit as it is beside nothing, because a new row begins with nothing', () => {
    expect(newCommitState().kind).toBe('commit');
    const commit = toCommitState(aCommit({ message: 'ABC-1', branch: 'abc-2' }));
    expect(mergeCommits(newCommitState(), commit)).toEqual(commit);
    expect(mergeCommits(commit, newCommitState())).toEqual(commit);
  });

  it('keeps the keys of both of two wordings, because one sender cuts messages after the subject', () => {
    const a = toCommitState(aCommit({ message: 'Fix it\n\nZZ-9 and ABC-1' }));
    const b = toCommitState(aCommit({ message: 'Fix it' }));
    const c = toCommitState(aCommit({ message: 'Fix it, see QX-3' }));
    expect(mergeCommits(b, a)).toEqual(a);
    expect(mergeCommits(a, b)).toEqual(a);
    expect(mergeCommits(a, c).details?.keys).toEqual(['ABC-1', 'QX-3', 'ZZ-9']);
    expect(mergeCommits(c, a)).toEqual(mergeCommits(a, c));
  });

  it.each([
    [null, 'Ada', 'Ada'],
    ['sha256:00ff', 'Ada', 'Ada'],
    [null, 'sha256:00ff', 'sha256:00ff'],
    ['Ada', 'Ada Lovelace', 'Ada Lovelace'],
    ['Zoe', 'Ada', 'Zoe'],
  ])('of the authors %j and %j shows %j, because who knows more is believed', (one, other, known) => {
    const by = (author_name: string | null) => toCommitState(aCommit({ author_name }));
    expect(mergeCommits(by(one), by(other)).details?.author_name).toBe(known);
    expect(mergeCommits(by(other), by(one)).details?.author_name).toBe(known);
  });

  it.each([
    [null, 5, 5],
    [null, 0, 0],
    [null, null, null],
    [4, 5, 5],
  ])('of the times %j and %j shows %j, because a known time beats none', (one, other, known) => {
    const at = (committed_ms: number | null) => toCommitState(aCommit({ committed_ms }));
    expect(mergeCommits(at(one), at(other)).details?.committed_ms).toBe(known);
    expect(mergeCommits(at(other), at(one)).details?.committed_ms).toBe(known);
  });

  it('takes the author of one and the title of the other, because each sender may know a part', () => {
    const a = toCommitState(aCommit({ message: 'ABC-1 Show the tot', author_name: 'Ada' }));
    const b = toCommitState(aCommit({ message: 'ABC-1 Show the total', author_name: null }));
    const both = { title: 'ABC-1 Show the total', author_name: 'Ada', keys: ['ABC-1'] };
    expect(mergeCommits(a, b).details).toMatchObject(both);
    expect(mergeCommits(b, a).details).toMatchObject(both);
  });

  it('says so when two reports name more than 50 keys together, because then some are left out', () => {
    const numbered = (from: number) => Array.from({ length: 30 }, (_, n) => `ABC-${100 + from + n}`);
    const a = toCommitState(aCommit({ message: numbered(0).join(' ') }));
    const b = toCommitState(aCommit({ message: numbered(20).join(' ') }));
    const c = toCommitState(aCommit({ message: numbered(30).join(' ') }));
    expect(mergeCommits(a, b).details?.keys).toHaveLength(50);
    expect(mergeCommits(a, b).details?.keys_truncated).toBeUndefined();
    expect(mergeCommits(a, c).details?.keys).toHaveLength(50);
    expect(mergeCommits(a, c).details?.keys_truncated).toBe(true);
    expect(mergeCommits(mergeCommits(a, c), b).details?.keys_truncated).toBe(true);
  });

  it('does not mind the order of properties, because a database gives them back in another', () => {
    const details = { keys: ['ABC-1'], committed_ms: 5, author_name: 'Ada', title: 'A' };
    const later = { title: 'B', author_name: 'Ada', committed_ms: 4, keys: [] };
    const a = { ...newCommitState(), details };
    const b = { ...newCommitState(), details: later };
    expect(mergeCommits(a, b).details?.title).toBe('B');
    expect(mergeCommits(b, a).details?.title).toBe('B');
  });

  it('counts the keys of equally new titles together, because one of them is a poorer report', () => {
    const a = mentionOf(aPullRequest({ title: 'ABC-2, ABC-1 Show the total', updated_ms: 5 }));
    const b = mentionOf(aPullRequest({ title: 'ABC-2', updated_ms: 5 }));
    expect(mergeCommits(a, b)).toEqual(a);
    expect(mergeCommits(b, a)).toEqual(a);
  });

  it('keeps the 20 smallest pull requests, because of those none was dropped on the way', () => {
    const ids = Array.from({ length: 25 }, (_, index) => String(index + 1));
    const mentions = ids.map((id) => mentionOf(aPullRequest({ id })));
    const kept = Object.keys(mentions.reduce(mergeCommits, newCommitState()).pull_requests);
    expect(kept).toEqual(ids.slice(0, 20));
    expect(Object.keys(mentions.reduceRight(mergeCommits, newCommitState()).pull_requests)).toEqual(kept);
    const few = mentions.slice(0, 20).reduce(mergeCommits);
    expect(few.keys_truncated).toBeUndefined();
    expect(mentions.slice(20).reduce(mergeCommits, few).keys_truncated).toBe(true);
  });

  it('keeps the 50 smallest branch keys, because a commit may lie on every branch there is', () => {
    const branches = Array.from({ length: 60 }, (_, index) => `abc-${index + 100}`);
    const states = branches.map((branch) => toCommitState(aCommit({ branch })));
    const all = states.reduceRight(mergeCommits);
    const keys = all.branch_keys;
    expect(states.slice(0, 50).reduce(mergeCommits).keys_truncated).toBeUndefined();
    expect(all.keys_truncated).toBe(true);
    expect(keys).toHaveLength(50);
    expect(keys.at(-1)).toBe('ABC-149');
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'takes a pull request with the id %s, because nobody promises that an id is a number',
    (id) => {
      const old = mentionOf(aPullRequest({ id, title: 'ABC-1', updated_ms: 1 }));
      const now = mentionOf(aPullRequest({ id, title: 'ABC-2', updated_ms: 2 }));
      const merged = mergeCommits(mergeCommits(newCommitState(), now), old);
      expect(Object.entries(merged.pull_requests)).toEqual([[id, { keys: ['ABC-2'], updated_ms: 2 }]]);
      expect(Object.getPrototypeOf(merged.pull_requests)).toBe(Object.prototype);
    },
  );
});
