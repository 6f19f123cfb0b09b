import type { CommitSource } from '../../src/domain/source.ts';

type Push = { event: string | null; type: string; body: (sha: string, message: string) => object };

let made = 0;

/** 40 hex digits that no other call answers. */
const freshSha = (): string => {
  made += 1;
  return made.toString(16).padStart(40, 'c');
};

const githubPush = (sha: string, message: string): object => ({
  ref: 'refs/heads/main',
  after: sha,
  repository: { id: 1, full_name: 'acme/shop' },
  pusher: { name: 'ada' },
  commits: [
    {
      id: sha,
      message,
      timestamp: '2026-03-02T09:00:00-07:00',
      author: { name: 'Ada Example', email: 'ada@example.com', username: 'ada' },
    },
  ],
});

const bitbucketPush = (hash: string, message: string): object => ({
  repository: { full_name: 'acme/shop' },
  push: {
    changes: [
      {
        new: { type: 'branch', name: 'main' },
        commits: [
          { hash, message, date: '2026-03-02T16:00:00+00:00', author: { raw: 'Ada <ada@example.com>' } },
        ],
      },
    ],
  },
});

const listedCommits = (sha: string, message: string): object => ({
  repository: 'acme/shop',
  commits: [{ sha, message, author: 'Ada Example', committed_at: '2026-03-02T16:00:00Z', branch: 'main' }],
});

const gitlabPush = (sha: string, message: string): object => ({
  object_kind: 'push',
  ref: 'refs/heads/feature/pay',
  before: 'b'.repeat(40),
  after: sha,
  project: { id: 15, path_with_namespace: 'acme/shop', default_branch: 'main' },
  commits: [
    {
      id: sha,
      message,
      timestamp: '2026-03-02T09:00:00-07:00',
      author: { name: 'Ada Example', email: 'ada@example.com' },
    },
  ],
  total_commits_count: 1,
});

const serverPush = (id: string, message: string): object => ({
  eventKey: 'repo:refs_changed',
  repository: { slug: 'shop', id: 84, project: { key: 'ACME' } },
  changes: [
    {
      ref: { id: 'refs/heads/main', displayId: 'main', type: 'BRANCH' },
      fromHash: 'b'.repeat(40),
      toHash: id,
      type: 'UPDATE',
    },
  ],
  commits: [
    {
      id,
      message,
      author: { name: 'ada', displayName: 'Ada Example', emailAddress: 'ada@example.com' },
      committerTimestamp: 1_772_467_200_000,
      parents: [{ id: 'b'.repeat(40) }],
    },
  ],
});

/** Of each source: the event header that it sends, what such an event is called, and its body. */
const PUSHES: Record<CommitSource, Push> = {
  github: { event: 'push', type: 'push', body: githubPush },
  bitbucket: { event: 'repo:push', type: 'repo:push', body: bitbucketPush },
  gitlab: { event: 'Push Hook', type: 'push', body: gitlabPush },
  bitbucket_server: { event: 'repo:refs_changed', type: 'repo:refs_changed', body: serverPush },
  commits: { event: null, type: 'commits', body: listedCommits },
};

/** The event header of a push; the commits route has none. */
export const pushHeader = (source: CommitSource): string | null => PUSHES[source].event;

/** What a push is called in its event. */
export const pushType = (source: CommitSource): string => PUSHES[source].type;

/** A delivery of one new commit, as this source writes it. */
export const commitDelivery = (source: CommitSource, message = 'DEMO-1 Pay by invoice'): string =>
  JSON.stringify(PUSHES[source].body(freshSha(), message));
