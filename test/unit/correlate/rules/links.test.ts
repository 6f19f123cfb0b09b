import { describe, expect, it } from 'vitest';
import {
  allCandidates,
  candidatesOf,
  evaluate,
  isTruncated,
  leavesOut,
  readingsOf,
} from '../../../../src/correlate/rules/links.ts';
import type { CommitState, PullRequestState } from '../../../../src/domain/link.ts';

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
      pull_request_body: [],
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
      pull_request_body: [],
    });
  });

  it('counts to 50 in each rule, because a message full of keys must not take the link of a branch', () => {
    const state: CommitState = {
      kind: 'commit',
      details: { ...details, keys: numbered('AA', 60) },
      branch_keys: [...numbered('AA', 5), ...numbered('BB', 15)],
      pull_requests: {
        1: { keys: numbered('CC', 40), updated_ms: 1 },
        2: { keys: numbered('DD', 40), updated_ms: 1 },
      },
    };
    const { message, branch, pull_request_title, pull_request_body } = candidatesOf(state);
    expect(pull_request_body).toEqual([]);
    expect([message.length, branch.length]).toEqual([50, 20]);
    expect(pull_request_title).toEqual([...numbered('CC', 40), ...numbered('DD', 10)]);
    expect(allCandidates(state)).toHaveLength(50 + 15 + 50);
    expect(allCandidates(state).at(-1)).toBe('DD-10');
  });
});

describe('the body of a pull request', () => {
  const body = (...keys: string[]) => ({ body: { keys, updated_ms: 1 } });

  it('is the last rule, because it is the text that says most beside the point', () => {
    const state: PullRequestState = { ...PULL_REQUEST, ...body('ABC-9', 'ABC-2') };
    expect(candidatesOf(state).pull_request_body).toEqual(['ABC-9', 'ABC-2']);
    expect(allCandidates(state)).toEqual(['ABC-3', 'ABC-2', 'ABC-1', 'ABC-9']);
    const linked = (known: Record<string, string>) =>
      evaluate(candidatesOf(state), (key) => known[key] ?? null);
    expect(linked({ 'ABC-9': '9' })).toEqual({ rule: 'pull_request_body', issue_ids: ['9'] });
    expect(linked({ 'ABC-9': '9', 'ABC-1': '1' })?.rule).toBe('pull_request_title');
    expect(linked({ 'ABC-9': '9', 'ABC-3': '3' })?.rule).toBe('branch');
  });

  it('speaks for the commits it holds, by the number of the pull request', () => {
    const pull_requests = {
      10: { keys: [], updated_ms: 1, ...body('ABC-7') },
      9: { keys: ['ABC-8'], updated_ms: 1, ...body('ABC-6', 'ABC-7') },
      11: { keys: [], updated_ms: 1 },
    };
    expect(candidatesOf({ ...COMMIT, pull_requests })).toMatchObject({
      pull_request_title: ['ABC-8'],
      pull_request_body: ['ABC-6', 'ABC-7'],
    });
  });
});

describe('isTruncated', () => {
  const titled = (keys: string[]) => ({ keys, updated_ms: 1 });

  it.each<[string, CommitState | PullRequestState, boolean]>([
    ['few keys', COMMIT, false],
    ['a commit that only a pull request mentions', { ...COMMIT, details: null }, false],
    ['a message with more', { ...COMMIT, details: { ...details, keys: [], keys_truncated: true } }, true],
    ['branches with more', { ...COMMIT, keys_truncated: true }, true],
    ['a title with more', { ...COMMIT, pull_requests: { 1: { ...titled([]), keys_truncated: true } } }, true],
    [
      'titles with more together',
      { ...COMMIT, pull_requests: { 1: titled(numbered('AA', 30)), 2: titled(numbered('BB', 21)) } },
      true,
    ],
    [
      'a body with more',
      {
        ...COMMIT,
        pull_requests: { 1: { ...titled([]), body: { ...titled([]), keys_truncated: true } } },
      },
      true,
    ],
    [
      'a pull request whose body has more',
      { ...PULL_REQUEST, body: { ...titled([]), keys_truncated: true } },
      true,
    ],
    ['too many readings', { ...COMMIT, branch_keys: numbered('FIX_AA', 26) }, true],
    ['a pull request', PULL_REQUEST, false],
    ['a pull request whose title has more', { ...PULL_REQUEST, title_keys_truncated: true }, true],
    ['a pull request whose branches have more', { ...PULL_REQUEST, keys_truncated: true }, true],
  ])('says of %s whether something was left out, because people look for what is missing', (_, state, is) => {
    expect(isTruncated(state)).toBe(is);
  });
});

describe('allCandidates', () => {
  it('follows the rules and names each key once, because a key is one row whoever names it', () => {
    expect(allCandidates(COMMIT)).toEqual(['ABC-1', 'ABC-2', 'ABC-3', 'ABC-5', 'ABC-4']);
    expect(allCandidates(PULL_REQUEST)).toEqual(['ABC-3', 'ABC-2', 'ABC-1']);
  });

  it('has every reading of a key, because whichever issue comes must find the commit', () => {
    const state: PullRequestState = {
      ...PULL_REQUEST,
      branch_keys: ['FIX_A_BC-1'],
      title_keys: ['BC-1', 'X_YZ-2'],
    };
    expect(allCandidates(state)).toEqual(['FIX_A_BC-1', 'BC-1', 'X_YZ-2', 'A_BC-1', 'YZ-2']);
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
    const named = {
      message: ['UTF-8', 'SHA-256'],
      branch: ['ABC-1'],
      pull_request_title: [],
      pull_request_body: [],
    };
    expect(evaluate(named, issues({ 'ABC-1': '10' }))).toEqual({ rule: 'branch', issue_ids: ['10'] });
  });

  it('counts only the first reading that names an issue, because the longer one is what stands there', () => {
    const named = {
      message: ['FIX_ABC-1', 'XY-3'],
      branch: [],
      pull_request_title: [],
      pull_request_body: [],
    };
    const both = { 'FIX_ABC-1': '11', 'ABC-1': '10' };
    expect(evaluate(named, issues(both))).toEqual({ rule: 'message', issue_ids: ['11'] });
    expect(evaluate(named, issues({ 'ABC-1': '10', 'XY-3': '3' }))).toEqual({
      rule: 'message',
      issue_ids: ['3', '10'],
    });
    const told = { ...named, message: ['FIX_ABC-1', 'ABC-1'] };
    expect(evaluate(told, issues(both))).toEqual({ rule: 'message', issue_ids: ['10', '11'] });
  });
});

describe('readingsOf', () => {
  it.each([
    ['ABC-1', ['ABC-1']],
    ['FEATURE_ABC-1', ['FEATURE_ABC-1', 'ABC-1']],
    ['FIX_A_BC-1', ['FIX_A_BC-1', 'A_BC-1', 'BC-1']],
    ['A_B-1', ['A_B-1']],
    ['AB__CD-1', ['AB__CD-1', 'CD-1']],
    ['AB_2C-1', ['AB_2C-1']],
    ['AB_-1', ['AB_-1']],
  ])('gives %j as %j, because _ belongs to some keys and parts words in others', (key, readings) => {
    expect(readingsOf([key])).toEqual([readings]);
  });

  it('gives 50 in all, because each is a row that waits for ever', () => {
    const keys = Array.from({ length: 30 }, (_, n) => `FIX_ABC-${n + 1}`);
    const readings = readingsOf(keys);
    expect(readings.map(([first]) => first)).toEqual(keys);
    expect(readings.flat()).toHaveLength(50);
    expect(readings[19]).toEqual(['FIX_ABC-20', 'ABC-20']);
    expect(readings[20]).toEqual(['FIX_ABC-21']);
    expect([leavesOut(keys), leavesOut(keys.slice(0, 25)), leavesOut(keys.slice(0, 26))]).toEqual([
      true,
      false,
      true,
    ]);
  });
});
