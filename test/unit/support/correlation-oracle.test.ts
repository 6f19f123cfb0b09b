import { describe, expect, it } from 'vitest';
import { expectedLinks } from '../../support/correlation-oracle.ts';
import type { CommitModel, HistoryStep } from '../../support/history-steps.ts';
import { type DeliveryModel, fullUpdate, type IssueModel } from '../../support/jira-deliveries.ts';

const HOUR_MS = 3_600_000;
const NOON = Date.UTC(2024, 4, 1, 12);

const issue = (parts: Partial<IssueModel>, rest: Partial<DeliveryModel> = {}): HistoryStep => ({
  kind: 'issue',
  delivery: fullUpdate({ updatedMs: NOON, ...parts }, rest),
});

const deleted = (id: string): HistoryStep =>
  issue({ id, key: 'ZZ-1' }, { event: 'jira:issue_deleted', form: 'partial' });

const commit = (sha: string, message: string): CommitModel => ({ sha, message, committedMs: NOON });

const push = (branch: string, ...commits: CommitModel[]): HistoryStep => ({
  kind: 'push',
  repository: 'shop',
  branch,
  commits,
});

const pullRequest = (title: string, updatedMs: number, branch = 'topic'): HistoryStep => ({
  kind: 'pull_request',
  repository: 'shop',
  id: '12',
  title,
  branch,
  updatedMs,
  head: 'c1',
  merged: null,
});

const link = (rule: string, ...issue_ids: string[]) => ({ rule, issue_ids });

const commitsOf = (...steps: HistoryStep[]) => expectedLinks(steps).commits;

describe('expectedLinks', () => {
  it('knows nothing of an empty history, because there is nothing', () => {
    expect(expectedLinks([])).toEqual({
      commits: {},
      pull_requests: {},
      candidates: {},
      stories_without_commits: [],
      commits_without_issue: [],
      commits_without_story: [],
    });
  });

  it('lists both gaps of a small history, because people count such ones by hand', () => {
    const steps = [
      issue({ id: '1', key: 'ABC-1' }),
      issue({ id: '2', key: 'ABC-2' }),
      issue({ id: '3', key: 'ABC-3', level: 'epic' }),
      issue({ id: '4', key: 'ABC-4', level: 'subtask' }),
      push('main', commit('c1', 'ABC-1 form'), commit('c2', 'ABC-3, ABC-4'), commit('c3', 'UTF-8')),
    ];
    expect(expectedLinks(steps)).toEqual({
      commits: { 'shop c1': link('message', '1'), 'shop c2': link('message', '3', '4'), 'shop c3': null },
      pull_requests: {},
      candidates: { 'shop c1': ['ABC-1'], 'shop c2': ['ABC-3', 'ABC-4'], 'shop c3': ['UTF-8'] },
      stories_without_commits: ['2'],
      commits_without_issue: ['shop c3'],
      commits_without_story: ['shop c2', 'shop c3'],
    });
  });

  it('follows the rules in their order, because a message outweighs a branch and a branch a title', () => {
    const issues = [issue({ id: '1', key: 'ABC-1' }), issue({ id: '2', key: 'ABC-2' })];
    const steps = [push('abc-2', commit('c1', 'form')), pullRequest('ABC-1', NOON)];
    expect(commitsOf(...issues, ...steps)).toEqual({ 'shop c1': link('branch', '2') });
    expect(commitsOf(...steps, ...issues.slice(0, 1))).toEqual({
      'shop c1': link('pull_request_title', '1'),
    });
    expect(commitsOf(...issues, push('abc-2', commit('c1', 'ABC-1 form')))).toEqual({
      'shop c1': link('message', '1'),
    });
  });

  it('finds an issue by a key it had, unless another one has it now, because issues move', () => {
    const moved = issue({ id: '1', key: 'NEW-1' }, { movedFrom: 'ABC-1' });
    const now = issue({ id: '2', key: 'ABC-1', updatedMs: NOON - HOUR_MS });
    const named = push('main', commit('c1', 'ABC-1'));
    expect(commitsOf(moved, named)).toEqual({ 'shop c1': link('message', '1') });
    expect(commitsOf(moved, named, now)).toEqual({ 'shop c1': link('message', '2') });
    expect(commitsOf(moved, named, now, deleted('2'))).toEqual({ 'shop c1': link('message', '1') });
  });

  it('takes the newest of several that had a key, then the larger id, because one must win', () => {
    const had = (id: string, updatedMs: number) =>
      issue({ id, key: `NEW-${id}`, updatedMs }, { movedFrom: 'ABC-1' });
    const named = push('main', commit('c1', 'ABC-1'));
    expect(commitsOf(had('9', NOON), had('10', NOON - 1), named)).toEqual({
      'shop c1': link('message', '9'),
    });
    expect(commitsOf(had('9', NOON), had('10', NOON), named)).toEqual({ 'shop c1': link('message', '10') });
  });

  it('withdraws what no longer holds, because an issue may be deleted or never have been full', () => {
    const named = push('main', commit('c1', 'ABC-1'));
    const partial = issue({ id: '1', key: 'ABC-1' }, { form: 'partial', event: 'comment_created' });
    expect(commitsOf(issue({ id: '1', key: 'ABC-1' }), named, deleted('1'))).toEqual({ 'shop c1': null });
    expect(commitsOf(partial, named)).toEqual({ 'shop c1': null });
    expect(expectedLinks([issue({ id: '1', key: 'ABC-1' }), deleted('1')]).stories_without_commits).toEqual(
      [],
    );
  });

  it('knows no commit that only a pull request mentions, because no delivery said what it is', () => {
    const found = expectedLinks([issue({ id: '1', key: 'ABC-1' }), pullRequest('ABC-1', NOON)]);
    expect(found.commits).toEqual({});
    expect(found.pull_requests).toEqual({ 'shop 12': link('pull_request_title', '1') });
    expect(found.stories_without_commits).toEqual(['1']);
  });

  it('follows the newest title of a pull request, because the wrong issue must not keep the commit', () => {
    const issues = [issue({ id: '1', key: 'ABC-1' }), issue({ id: '2', key: 'ABC-2' })];
    const titles = [pullRequest('ABC-2', NOON), pullRequest('ABC-1', NOON - 1)];
    const expected = { 'shop c1': link('pull_request_title', '2') };
    expect(commitsOf(...issues, push('main', commit('c1', 'form')), ...titles)).toEqual(expected);
    expect(commitsOf(...titles.toReversed(), push('main', commit('c1', 'form')), ...issues)).toEqual(
      expected,
    );
  });

  it('reads our own format, because its commits carry branch and pull request themselves', () => {
    const listed: HistoryStep = {
      kind: 'listed',
      repository: 'shop',
      commits: [
        { ...commit('c1', 'form'), branch: null, pullRequest: { id: '12', title: 'ABC-1' } },
        { ...commit('c2', 'form'), branch: 'abc-1', pullRequest: null },
      ],
    };
    const found = expectedLinks([listed, issue({ id: '1', key: 'ABC-1' })]);
    expect(found.commits).toEqual({
      'shop c1': link('pull_request_title', '1'),
      'shop c2': link('branch', '1'),
    });
    expect(found.pull_requests).toEqual({ 'shop 12': link('pull_request_title', '1') });
  });
});
