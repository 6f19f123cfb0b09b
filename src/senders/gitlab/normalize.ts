import {
  type DeliveredCommit,
  type DeliveredPullRequest,
  parseCommitInstant,
  toSha,
} from '../../domain/commit.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { one, type Read, type Unread } from '../readers.ts';
import { readEach } from '../shared/node.ts';
import { readCommit } from '../shared/read-commit.ts';
import { readPullRequest } from '../shared/read-pull-request.ts';
import { readRef } from '../shared/readers.ts';
import { textAt } from '../shared/rules.ts';

type Push = { repository: string; body: JsonObject; commits: Json[] };

/** The commits a push lists; those that cannot be read are left out and noted. */
export const readGitlabPush = ({ repository, body, commits }: Push, unread: Unread): DeliveredCommit[] => {
  const branch = one(readRef, own(body, 'ref'), 'ref', unread);
  const speaksFor = branchSpeaksFor(branch, body, commits);
  if (isCut(body, commits)) unread.note('commits');
  return readEach(commits, 'commits', unread, (node) =>
    readCommit(node, COMMIT, { repository, branch: speaksFor(node.object) ? branch : null }),
  );
};

/** The merge request of a `merge_request` event, or null and noted when it cannot be read. */
export const readGitlabMergeRequest = (
  repository: string,
  object: JsonObject,
  unread: Unread,
): DeliveredPullRequest | null => {
  const merged = own(object, 'state') === 'merged';
  const shas = [['last_commit', 'id'], ...(merged ? MERGED_AS : [])] as const;
  return readPullRequest(
    { object, path: 'object_attributes', unread },
    { ...MERGE_REQUEST, shas },
    repository,
  );
};

/** `2026-03-01 10:00:00 UTC`, in older versions of GitLab. */
const SPACED = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2}(?:\.\d+)?) (UTC|[+-]\d{2}:?\d{2})$/;

const readInstant: Read<number> = (value) => {
  if (typeof value !== 'string') return undefined;
  const iso = value.replace(SPACED, (_, day, time, zone) => `${day}T${time}${zone === 'UTC' ? 'Z' : zone}`);
  return parseCommitInstant(iso) ?? undefined;
};

const COMMIT = {
  sha: 'id',
  message: 'message',
  committed: 'timestamp',
  instant: readInstant,
  authors: [['author', 'name']],
} as const;

const MERGE_REQUEST = {
  id: 'iid',
  title: 'title',
  bodies: [['description']],
  updated: 'updated_at',
  instant: readInstant,
  url: ['url'],
  branch: ['source_branch'],
} as const;

const MERGED_AS = [['merge_commit_sha'], ['squash_commit_sha']] as const;

/** GitLab lists the newest 20 commits of a push. */
const MOST_LISTED = 20;

const isCut = (body: JsonObject, commits: Json[]): boolean => {
  const total = own(body, 'total_commits_count');
  return typeof total === 'number' ? total > commits.length : commits.length >= MOST_LISTED;
};

const isMerge = (commit: Json): boolean =>
  isJsonObject(commit) && (textAt(commit, 'message')?.startsWith('Merge ') ?? false);

/** The `before` of a new branch. */
const NOTHING = /^0+$/;

/**
 * Decides which of the listed commits are assigned to the branch. None on the default branch, where most come from
 * another branch, and none of a new branch, for which GitLab lists all commits that the default branch does not reach.
 * A merge brings commits of other branches, and GitLab sends no parents: then only the newest commit is certain.
 */
const branchSpeaksFor = (
  branch: string | null,
  body: JsonObject,
  commits: Json[],
): ((commit: JsonObject) => boolean) => {
  const isNew = NOTHING.test(textAt(body, 'before') ?? '');
  if (branch === null || isNew || branch === textAt(body, 'project', 'default_branch')) return () => false;
  const after = toSha(textAt(body, 'after') ?? '');
  const onlyNewest = commits.some(isMerge);
  return (commit) => !onlyNewest || toSha(textAt(commit, 'id') ?? '') === after;
};
