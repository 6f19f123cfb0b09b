import { describe, expect, it } from 'vitest';
import { mergePullRequests, toPullRequestState } from '../../../src/correlate/pull-request-state.ts';
import { aPullRequest } from '../../support/commits.ts';

describe('toPullRequestState', () => {
  it('finds upper-case keys in the title and any in the branch, because a title is text like a message', () => {
    const delivered = aPullRequest({ title: 'ABC-1, not abc-2', branch: 'xyz-9/abc-3', updated_ms: 7 });
    expect(toPullRequestState(delivered)).toEqual({
      kind: 'pull_request',
      title: 'ABC-1, not abc-2',
      url: 'https://git.example.com/acme/shop/pull/12',
      updated_ms: 7,
      title_keys: ['ABC-1'],
      branch_keys: ['ABC-3', 'XYZ-9'],
    });
  });

  it('cuts a title that is no title, because a row has a limit, but not the search for keys', () => {
    const state = toPullRequestState(aPullRequest({ title: `${'x'.repeat(5000)} ABC-1` }));
    expect(state.title).toBe('x'.repeat(1000));
    expect(state.title_keys).toEqual(['ABC-1']);
  });
});

describe('mergePullRequests', () => {
  const old = toPullRequestState(aPullRequest({ title: 'ABC-1', branch: 'abc-8', url: null, updated_ms: 1 }));
  const now = toPullRequestState(aPullRequest({ title: 'ABC-2', branch: 'abc-9', updated_ms: 2 }));

  it('shows the newest description and all branches, because a title is corrected but history is not', () => {
    const expected = {
      kind: 'pull_request',
      title: 'ABC-2',
      url: 'https://git.example.com/acme/shop/pull/12',
      updated_ms: 2,
      title_keys: ['ABC-2'],
      branch_keys: ['ABC-8', 'ABC-9'],
    };
    expect(mergePullRequests(old, now)).toEqual(expected);
    expect(mergePullRequests(now, old)).toEqual(expected);
  });

  it('goes by the time and not by the text, because a corrected title may sort before the wrong one', () => {
    const corrected = { ...old, title: 'ABC-0', title_keys: ['ABC-0'], updated_ms: 2 };
    expect(mergePullRequests(old, corrected).title).toBe('ABC-0');
    expect(mergePullRequests(corrected, old).title).toBe('ABC-0');
  });

  it('of equally new descriptions takes the same in both orders, because a clock may tell one time twice', () => {
    const other = { ...old, title: 'ABC-3', title_keys: ['ABC-3'] };
    expect(mergePullRequests(old, other).title).toBe('ABC-3');
    expect(mergePullRequests(other, old).title).toBe('ABC-3');
  });
});
