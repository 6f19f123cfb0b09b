import { describe, expect, it } from 'vitest';
import { allCandidates, candidatesOf, evaluate } from '../../../src/correlate/links.ts';
import type { CommitState, PullRequestState } from '../../../src/domain/link.ts';

const details = { title: 'T', author_name: null, committed_ms: 0 };
const numbered = (project: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${project}-${index + 1}`);

const COMMIT: CommitState = {
  kind: 'commit',
  details: { ...details, keys: ['ABC-1', 'ABC-2'] },
  branch_keys: ['ABC-2', 'ABC-3'],
  pull_requests: {
    9: { keys: ['ABC-5', 'ABC-1'], updated_ms: 1 },
    10: { keys: ['ABC-4', 'ABC-5'], updated_ms: 2 },
  },
};

const PULL_REQUEST: PullRequestState = {
  kind: 'pull_request',
  title: 'T',
  url: null,
  updated_ms: 0,
  title_keys: ['ABC-2', 'ABC-1'],
  branch_keys: ['ABC-3'],
};

describe('candidatesOf', () => {
  it('gives titles by the number of their pull request, because the order must not depend on arrival', () => {
    expect(candidatesOf(COMMIT)).toEqual({
      message: ['ABC-1', 'ABC-2'],
      branch: ['ABC-2', 'ABC-3'],
      pull_request_title: ['ABC-5', 'ABC-1', 'ABC-4'],
    });
  });

  it('orders ids that are no numbers too, because nobody promises numbers', () => {
    const pull_requests = {
      'pr-10': { keys: ['ABC-10'], updated_ms: 1 },
      'pr-9': { keys: ['ABC-9'], updated_ms: 1 },
      'pr-8': { keys: ['ABC-8'], updated_ms: 1 },
    };
    const { pull_request_title } = candidatesOf({ ...COMMIT, pull_requests });
    expect(pull_request_title).toEqual(['ABC-8', 'ABC-9', 'ABC-10']);
  });

  it('gives a commit that only a pull request mentions its branch and title, because they are all there is', () => {
    expect(candidatesOf({ ...COMMIT, details: null }).message).toEqual([]);
  });

  it('gives a pull request no message, because it has none', () => {
    expect(candidatesOf(PULL_REQUEST)).toEqual({
      message: [],
      branch: ['ABC-3'],
      pull_request_title: ['ABC-2', 'ABC-1'],
    });
  });

  it('counts to 50 over all rules, because each is a row that waits for ever', () => {
    const state: CommitState = {
      kind: 'commit',
      details: { ...details, keys: numbered('AA', 30) },
      branch_keys: [...numbered('AA', 5), ...numbered('BB', 15)],
      pull_requests: { 1: { keys: ['CC-1', 'AA-1', 'CC-2', 'CC-3', 'CC-4', 'CC-5', 'CC-6'], updated_ms: 1 } },
    };
    const { message, branch, pull_request_title } = candidatesOf(state);
    expect([message.length, branch.length]).toEqual([30, 20]);
    expect(pull_request_title).toEqual(['CC-1', 'AA-1', 'CC-2', 'CC-3', 'CC-4', 'CC-5']);
    expect(allCandidates(state)).toHaveLength(50);
    expect(allCandidates(state).at(-1)).toBe('CC-5');
  });
});

describe('candidatesOf a row with too many keys', () => {
  it('leaves out what is over 50 in whichever rule it is, because a key that waits nowhere must not link', () => {
    const details_keys = numbered('AA', 60);
    const many: CommitState = { ...COMMIT, details: { ...details, keys: details_keys }, pull_requests: {} };
    expect(candidatesOf(many)).toEqual({
      message: numbered('AA', 50),
      branch: [],
      pull_request_title: [],
    });
    const some: CommitState = {
      ...many,
      details: { ...details, keys: numbered('AA', 45) },
      branch_keys: numbered('BB', 9),
    };
    expect(candidatesOf(some).branch).toEqual(numbered('BB', 5));
  });
});

describe('allCandidates', () => {
  it('follows the rules and names each key once, because a key is one row whoever names it', () => {
    expect(allCandidates(COMMIT)).toEqual(['ABC-1', 'ABC-2', 'ABC-3', 'ABC-5', 'ABC-4']);
    expect(allCandidates(PULL_REQUEST)).toEqual(['ABC-3', 'ABC-2', 'ABC-1']);
  });
});

describe('evaluate', () => {
  const candidates = candidatesOf(COMMIT);
  const issues = (known: Record<string, string>) => (key: string) => known[key] ?? null;

  it.each([
    [
      { 'ABC-2': '20', 'ABC-3': '30' },
      { rule: 'message', issue_ids: ['20'] },
    ],
    [
      { 'ABC-3': '30', 'ABC-4': '40' },
      { rule: 'branch', issue_ids: ['30'] },
    ],
    [
      { 'ABC-4': '40', 'ABC-5': '9' },
      { rule: 'pull_request_title', issue_ids: ['9', '40'] },
    ],
    [
      { 'ABC-1': '10', 'ABC-2': '10' },
      { rule: 'message', issue_ids: ['10'] },
    ],
    [
      { 'ABC-1': '100', 'ABC-2': '20' },
      { rule: 'message', issue_ids: ['20', '100'] },
    ],
    [{ 'ABC-9': '90' }, null],
    [{}, null],
  ])(
    'with issues %j gives %j, because the first rule that names one wins with all it names',
    (known, links) => {
      expect(evaluate(candidates, issues(known))).toEqual(links);
    },
  );

  it('does not count a rule that names only unknown issues, because UTF-8 in a message hides no branch', () => {
    const named = { message: ['UTF-8', 'SHA-256'], branch: ['ABC-1'], pull_request_title: [] };
    expect(evaluate(named, issues({ 'ABC-1': '10' }))).toEqual({ rule: 'branch', issue_ids: ['10'] });
  });
});
