import type { CommitSource } from '../../src/domain/source.ts';

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

const PUSHES = { github: githubPush, bitbucket: bitbucketPush, commits: listedCommits };

/** A delivery of one new commit, as this source writes it. */
export const commitDelivery = (source: CommitSource, message = 'DEMO-1 Pay by invoice'): string =>
  JSON.stringify(PUSHES[source](freshSha(), message));
