import type { DeliveredPullRequest } from '../domain/commit.ts';
import type { PullRequestState } from '../domain/link.ts';
import { findBranchKeys, findKeys, MOST_KEYS } from './find-keys.ts';
import { union } from './order.ts';
import { titleOf } from './title.ts';

/** What one delivery tells of a pull request. */
export const toPullRequestState = (pullRequest: DeliveredPullRequest): PullRequestState => ({
  kind: 'pull_request',
  title: titleOf(pullRequest.title),
  url: pullRequest.url,
  updated_ms: pullRequest.updated_ms,
  title_keys: findKeys(pullRequest.title),
  branch_keys: findBranchKeys(pullRequest.branch ?? '').sort(),
});

/** Breaks ties of time, whoever wrote the properties in which order. */
const textOf = ({ title, url, title_keys }: PullRequestState): string =>
  JSON.stringify([title, url, title_keys]);

const newer = (a: PullRequestState, b: PullRequestState): PullRequestState => {
  if (a.updated_ms !== b.updated_ms) return a.updated_ms > b.updated_ms ? a : b;
  return textOf(a) >= textOf(b) ? a : b;
};

/**
 * The newest description, and the keys of every branch it ever brought in. Commutative, associative and
 * idempotent.
 */
export const mergePullRequests = (a: PullRequestState, b: PullRequestState): PullRequestState => ({
  ...newer(a, b),
  branch_keys: union(a.branch_keys, b.branch_keys, MOST_KEYS),
});
