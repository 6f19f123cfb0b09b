import { describe, expect, it } from 'vitest';
import { commitFixture, parseBody, problemOf, saidBy } from '../../../support/commit-bodies.ts';
import { PETE } from '../jira/support.ts';

const FIRST = 'b6568db1bc1dcd7f8b4d5a946b0b91f9dacd7327';
const NEWEST = 'da1560886d4f094c3e6c9ef40349f7d38b5d27d7';
const IMPORTER = { name: 'orbit/demo/importer', id: 'gitlab:15', renamed: null };
const BRANCH = 'feature/ORB-41-import';

const commit = (digit: string, message = 'x') => ({
  id: digit.repeat(40),
  message,
  timestamp: '2026-10-20T09:32:44+02:00',
  author: { name: 'Otto' },
});

const push = (part: object) =>
  saidBy('gitlab', 'Push Hook', { ...commitFixture('gitlab-push'), total_commits_count: 2, ...part });

const branches = (part: object): (string | null)[] => push(part).commits.map(({ branch }) => branch);

const mergeRequest = (part: object) => {
  const body = commitFixture('gitlab-merge-request');
  const attributes = { ...(body.object_attributes as object), ...part };
  const { pull_requests, unread_fields } = saidBy('gitlab', null, { ...body, object_attributes: attributes });
  return { ...pull_requests[0], unread: unread_fields };
};

describe('a push', () => {
  it('lists its commits, and that there were more, because GitLab lists 20 at most', () => {
    const shared = { repository: 'orbit/demo/importer', branch: BRANCH, pull_request: null };
    expect(saidBy('gitlab', 'Push Hook', commitFixture('gitlab-push'))).toEqual({
      event_type: 'push',
      nature: 'known',
      repository: IMPORTER,
      commits: [
        {
          ...shared,
          sha: FIRST,
          message: 'ORB-41 read rows of a spreadsheet\n\nDates are kept as text.\n',
          author_name: 'Otto Lindqvist',
          committed_ms: 1_792_481_564_000,
        },
        {
          ...shared,
          sha: NEWEST,
          message: 'fixed readme',
          author_name: PETE,
          committed_ms: 1_792_482_001_000,
        },
      ],
      pull_requests: [],
      unread_fields: ['commits'],
    });
  });

  it.each([
    [2, 2, []],
    [3, 2, ['commits']],
    [undefined, 19, []],
    [undefined, 20, ['commits']],
    ['3', 2, []],
  ])('of %s in all that lists %s notes %j', (total_commits_count, listed, unread) => {
    const commits = Array.from({ length: listed }, (_, index) => ({
      ...commit('a'),
      id: `c${index}`.padEnd(40, '0'),
    }));
    expect(push({ total_commits_count, commits }).unread_fields).toEqual(unread);
  });

  it('of a tag says no branch, because a tag is none', () => {
    const tag = { object_kind: 'tag_push', ref: 'refs/tags/v1.0.0' };
    expect(branches(tag)).toEqual([null, null]);
    expect(push(tag).event_type).toBe('tag_push');
  });

  it('to the default branch says none, because most of it comes from another one', () => {
    expect(branches({ ref: 'refs/heads/main' })).toEqual([null, null]);
    expect(branches({ ref: 'refs/heads/main', project: { path_with_namespace: 'a/b' } })).toEqual([
      'main',
      'main',
    ]);
  });

  it('of a new branch says none, because GitLab lists all that the default branch does not reach', () => {
    expect(branches({ before: '0'.repeat(40) })).toEqual([null, null]);
    expect(branches({ before: '0'.repeat(64) })).toEqual([null, null]);
  });

  it('with a merge names the branch for the newest commit alone, because the merge brings what began elsewhere', () => {
    const merge = commit('c', "Merge branch 'main' into feature/ORB-41-import");
    const commits = [commit('a'), merge, commit('b')];
    expect(branches({ commits, after: 'b'.repeat(40) })).toEqual([null, null, BRANCH]);
    expect(branches({ commits, after: 'C'.repeat(40) })).toEqual([null, BRANCH, null]);
    expect(branches({ commits, after: 'd'.repeat(40) })).toEqual([null, null, null]);
    expect(branches({ commits, after: null })).toEqual([null, null, null]);
    expect(branches({ commits: [commit('a', 'Merged by hand'), commit('b')] })).toEqual([BRANCH, BRANCH]);
  });

  it('leaves out what it cannot read and names its place, because the others must not be lost', () => {
    const odd = [null, { ...commit('a'), id: 5 }, { ...commit('b'), message: {} }, commit('c')];
    const { commits, unread_fields } = push({ commits: odd, ref: 7, total_commits_count: 4 });
    expect(commits).toMatchObject([{ sha: 'c'.repeat(40), branch: null }]);
    expect(unread_fields).toEqual(['ref', 'commits.0', 'commits.1', 'commits.2']);
  });

  it.each([
    [{ project: 7 }, { path: 'project', message: 'must be an object' }],
    [
      { project: { path_with_namespace: 'a b' } },
      { path: 'project.path_with_namespace', message: expect.any(String) },
    ],
  ])('is refused with %j, because its commits would belong nowhere', (part, error) => {
    const body = { ...commitFixture('gitlab-push'), ...part };
    expect(problemOf(parseBody('gitlab', 'Push Hook', body))?.errors).toEqual([error]);
  });
});

describe('a merge request', () => {
  it('says what its branch, text and commits are, because keys are in all of them', () => {
    expect(saidBy('gitlab', 'Merge Request Hook', commitFixture('gitlab-merge-request'))).toEqual({
      event_type: 'merge_request',
      nature: 'known',
      repository: IMPORTER,
      commits: [],
      pull_requests: [
        {
          repository: 'orbit/demo/importer',
          id: '7',
          title: 'ORB-41 import rows',
          body: 'Closes ORB-42.',
          url: 'https://gitlab.example.org/orbit/demo/importer/-/merge_requests/7',
          branch: BRANCH,
          updated_ms: 1_792_483_200_000,
          shas: ['45f9690c928915a5e1c4366d5ee1985eea03f05d', '7e48f426f0a6e20f263d942549b12345678901ab'],
        },
      ],
      unread_fields: [],
    });
  });

  it.each([
    ['2026-10-20 08:00:00 UTC', 1_792_483_200_000],
    ['2026-10-20 10:00:00 +0200', 1_792_483_200_000],
    ['2026-10-20T08:00:00Z', 1_792_483_200_000],
    ['2026-10-20T08:00:00.123Z', 1_792_483_200_123],
  ])('was updated at %s, because GitLab writes all of these', (updated_at, ms) => {
    expect(mergeRequest({ updated_at })).toMatchObject({ updated_ms: ms, unread: [] });
  });

  it.each(['2026-02-30 08:00:00 UTC', 'yesterday', 5, '2026-10-20 08:00:00'])(
    'has no time with %j, and is described all the same',
    (updated_at) => {
      expect(mergeRequest({ updated_at })).toMatchObject({
        id: '7',
        updated_ms: null,
        unread: ['object_attributes.updated_at'],
      });
    },
  );

  it('names no merge commit before it is merged, because it may still change', () => {
    const squash_commit_sha = 'e'.repeat(40);
    expect(mergeRequest({ state: 'opened', squash_commit_sha }).shas).toHaveLength(1);
    expect(mergeRequest({ squash_commit_sha }).shas).toHaveLength(3);
  });

  it.each([{ iid: null }, { iid: 'x' }, { title: 5 }])(
    'is noted with %j, because it cannot be kept',
    (part) => {
      expect(mergeRequest(part)).toEqual({ unread: ['object_attributes'] });
    },
  );
});

describe('other events', () => {
  it.each(['issue', 'note', 'pipeline', 'wiki_page'])(
    'are taken as %s with nothing listed, though they have attributes too',
    (object_kind) => {
      const body = { object_kind, object_attributes: { id: 1 }, repository: { name: 'x' } };
      expect(saidBy('gitlab', 'Some Hook', body)).toEqual({
        event_type: object_kind,
        nature: 'other',
        repository: null,
        commits: [],
        pull_requests: [],
        unread_fields: [],
      });
    },
  );

  it('note what should have listed something', () => {
    const body = { object_kind: 'merge_request', object_attributes: [], commits: {} };
    expect(saidBy('gitlab', null, body).unread_fields).toEqual(['commits', 'object_attributes']);
  });
});
