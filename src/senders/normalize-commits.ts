import type { CommitDelivery, DeliveredCommit, DeliveredPullRequest } from '../domain/commit.ts';
import { readBitbucketPullRequest, readBitbucketPush } from './bitbucket/normalize.ts';
import { readListedCommits } from './commits/normalize.ts';
import { readGithubPullRequest, readGithubPush } from './github/normalize.ts';
import type { RecognisedCommits } from './shared/recognised.ts';
import { createUnread, type Unread } from './unread.ts';

const readCommits = (recognised: RecognisedCommits, unread: Unread): DeliveredCommit[] => {
  switch (recognised.kind) {
    case 'github_push':
      return readGithubPush(recognised, unread);
    case 'bitbucket_push':
      return readBitbucketPush(recognised, unread);
    case 'listed_commits':
      return readListedCommits(recognised, unread);
    default:
      return [];
  }
};

const readDescribed = (recognised: RecognisedCommits, unread: Unread): DeliveredPullRequest | null => {
  switch (recognised.kind) {
    case 'github_pull_request':
      return readGithubPullRequest(recognised.repository, recognised.pull_request, unread);
    case 'bitbucket_pull_request':
      return readBitbucketPullRequest(recognised.repository, recognised.pullrequest, unread);
    default:
      return null;
  }
};

/**
 * A recognised delivery of commits in our words. Never throws: a commit or pull request that cannot be read
 * is left out, an unreadable part of one is null, and `unread_fields` lists both.
 * `pull_requests` are those a host describes; one that a listed commit names is with that commit alone.
 */
export const normalizeCommits = (recognised: RecognisedCommits): CommitDelivery => {
  const unread = createUnread();
  if (recognised.kind === 'nothing_listed') recognised.unread.forEach(unread.note);
  const commits = readCommits(recognised, unread);
  const described = readDescribed(recognised, unread);
  return {
    event_type: recognised.event_type,
    commits,
    pull_requests: described ? [described] : [],
    unread_fields: unread.paths(),
  };
};
