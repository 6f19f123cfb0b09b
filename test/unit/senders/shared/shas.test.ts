import { describe, expect, it } from 'vitest';
import { normalizeCommitBody } from '../../../support/commit-bodies.ts';

const TIME = '2026-03-01T00:00:00Z';
const author = { name: 'Ada' };

/** The path of the sha, and one commit with it, as each source sends it. */
const BODIES = [
  [
    'github',
    'commits.0.id',
    (id: unknown) => ({
      ref: 'refs/heads/main',
      repository: { full_name: 'a/b' },
      commits: [{ id, message: 'x', timestamp: TIME, author }],
    }),
  ],
  [
    'bitbucket',
    'push.changes.0.commits.0.hash',
    (hash: unknown) => ({
      repository: { full_name: 'a/b' },
      push: { changes: [{ commits: [{ hash, message: 'x', date: TIME }] }] },
    }),
  ],
  [
    'commits',
    'commits.0.sha',
    (sha: unknown) => ({
      repository: 'a/b',
      commits: [{ sha, message: 'x', author: 'Ada', committed_at: TIME }],
    }),
  ],
] as const;

describe.each(BODIES)('the sha of a commit of %s', (source, path, body) => {
  it.each([
    ['1234', '1234'],
    ['ABCDEF0123', 'abcdef0123'],
    ['r4711', 'r4711'],
    ['CL/99@Main', 'CL/99@Main'],
    ['f'.repeat(41), 'f'.repeat(41)],
    ['g'.repeat(40), 'g'.repeat(40)],
    ['ü'.repeat(127), 'ü'.repeat(127)],
  ])('is taken as %s and noted, because a commit must not be lost over its id', (sha, stored) => {
    const { commits, unread_fields } = normalizeCommitBody(source, null, body(sha));
    expect(commits).toMatchObject([{ sha: stored }]);
    expect(unread_fields).toEqual([path]);
  });

  it.each(['A'.repeat(40), '0'.repeat(64)])('is not noted as %s, because git writes such', (sha) => {
    const { commits, unread_fields } = normalizeCommitBody(source, null, body(sha));
    expect(commits).toMatchObject([{ sha: sha.toLowerCase() }]);
    expect(unread_fields).toEqual([]);
  });
});
