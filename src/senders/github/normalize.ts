import type { DeliveredCommit, DeliveredPullRequest } from '../../domain/commit.ts';
import { type Json, type JsonObject, own } from '../../domain/json.ts';
import { one, type Unread } from '../readers.ts';
import { readEach } from '../shared/node.ts';
import { readCommit } from '../shared/read-commit.ts';
import { readPullRequest } from '../shared/read-pull-request.ts';
import { readRef } from '../shared/readers.ts';

const COMMIT = {
  sha: 'id',
  message: 'message',
  committed: 'timestamp',
  authors: [['author', 'name']],
} as const;

const PULL_REQUEST = {
  id: 'number',
  title: 'title',
  bodies: [['body']],
  updated: 'updated_at',
  url: ['html_url'],
  branch: ['head', 'ref'],
} as const;

/** GitHub lists at most 2048 commits of a push ("a maximum of 2048 commits") and does not say if there were more. */
const MOST_LISTED = 2048;

/**
 * False for a commit that GitHub already had from a push to another branch: it arrives by a merge, a rebase or a new
 * branch on older commits, so it is not assigned to this branch.
 */
const isNew = (commit: JsonObject): boolean => own(commit, 'distinct') !== false;

/** The commits a `push` lists; those that cannot be read are left out and noted. */
export const readGithubPush = (
  { repository, ref, commits }: { repository: string; ref: Json | undefined; commits: Json[] },
  unread: Unread,
): DeliveredCommit[] => {
  const branch = one(readRef, ref, 'ref', unread);
  if (commits.length >= MOST_LISTED) unread.note('commits');
  return readEach(commits, 'commits', unread, (node) =>
    readCommit(node, COMMIT, { repository, branch: isNew(node.object) ? branch : null }),
  );
};

/** The pull request of a `pull_request` event, or null and noted when it cannot be read. */
export const readGithubPullRequest = (
  repository: string,
  object: JsonObject,
  unread: Unread,
): DeliveredPullRequest | null => {
  // Before the merge, `merge_commit_sha` is a temporary commit with which GitHub tests whether it can merge.
  const merged = own(object, 'merged') === true;
  const shas = [['head', 'sha'], ...(merged ? [['merge_commit_sha'] as const] : [])] as const;
  return readPullRequest({ object, path: 'pull_request', unread }, { ...PULL_REQUEST, shas }, repository);
};
