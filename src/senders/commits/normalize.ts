import { type DeliveredCommit, type DeliveredPullRequest, isFullSha, toSha } from '../../domain/commit.ts';
import { one, type Unread } from '../readers.ts';
import { readAuthorName, readNamedBranch, readUrl, toTitle } from '../shared/readers.ts';

/**
 * A commit of our own format. Sha and pull request id are within the limits; `committed_at` is epoch milliseconds, null
 * if it is not an instant from 1970 to 9999; texts are as sent.
 */
export type ListedCommit = {
  sha: string;
  message: string;
  author: string;
  committed_at: number | null;
  branch?: string | null | undefined;
  pull_request?:
    | { id: string; title: string; body?: string | null | undefined; url?: string | null | undefined }
    | null
    | undefined;
};

const toPullRequest = (
  repository: string,
  { sha, committed_at, pull_request }: ListedCommit,
  path: string,
  unread: Unread,
): DeliveredPullRequest | null =>
  pull_request
    ? {
        repository,
        id: pull_request.id,
        title: toTitle(pull_request.title),
        body: pull_request.body?.toWellFormed() ?? null,
        url: one(readUrl, pull_request.url, `${path}.url`, unread),
        branch: null,
        // The format has no time of the pull request's last update: of two titles, that of the newer commit counts.
        updated_ms: committed_at,
        shas: [toSha(sha)],
      }
    : null;

const toCommit = (
  repository: string,
  commit: ListedCommit,
  path: string,
  unread: Unread,
): DeliveredCommit => {
  if (!isFullSha(commit.sha)) unread.note(`${path}.sha`);
  if (commit.committed_at === null) unread.note(`${path}.committed_at`);
  return {
    repository,
    sha: toSha(commit.sha),
    message: commit.message.toWellFormed(),
    author_name: one(readAuthorName, commit.author, `${path}.author`, unread),
    committed_ms: commit.committed_at,
    branch: one(readNamedBranch, commit.branch, `${path}.branch`, unread),
    pull_request: toPullRequest(repository, commit, `${path}.pull_request`, unread),
  };
};

/** Every commit of our own format, each with the pull request it names. */
export const readListedCommits = (
  { repository, commits }: { repository: string; commits: ListedCommit[] },
  unread: Unread,
): DeliveredCommit[] =>
  commits.map((commit, index) => toCommit(repository, commit, `commits.${index}`, unread));
