import type { DeliveredCommit, DeliveredPullRequest } from '../../domain/commit.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, type Unread } from '../readers.ts';
import { bySha, firstParents, parentsOf, shaAt } from '../shared/first-parents.ts';
import { type Node, optional, readEach } from '../shared/node.ts';
import { readCommit } from '../shared/read-commit.ts';
import { readPullRequest } from '../shared/read-pull-request.ts';
import { readBranch } from '../shared/readers.ts';

const COMMIT = {
  sha: 'hash',
  message: 'message',
  committed: 'date',
  authors: [
    ['author', 'user', 'display_name'],
    ['author', 'raw'],
  ],
} as const;

/** Bitbucket abbreviates these hashes to 12 digits, and an abbreviated one is left out. */
const PULL_REQUEST = {
  id: 'id',
  title: 'title',
  bodies: [['description'], ['summary', 'raw']],
  updated: 'updated_on',
  url: ['links', 'html', 'href'],
  branch: ['source', 'branch', 'name'],
  shas: [
    ['source', 'commit', 'hash'],
    ['merge_commit', 'hash'],
  ],
} as const;

/** `new` is null when a branch or tag was deleted. */
const branchOf = (change: Node): string | null => {
  const target = own(change.object, 'new');
  const isTag = isJsonObject(target) && own(target, 'type') !== 'branch';
  return isTag ? null : optional(readBranch, change, ['new', 'name']);
};

const readChange = (
  change: Node,
  { repository, shared }: { repository: string; shared: ReadonlySet<string> },
): DeliveredCommit[] => {
  const { object, unread } = change;
  const path = `${change.path}.commits`;
  const commits = own(object, 'commits');
  const branch = branchOf(change);
  // Bitbucket Cloud lists five commits of a change at most, and says when there were more.
  if (own(object, 'truncated') === true) unread.note(path);
  if (Array.isArray(commits)) {
    const line = ownLine(object, commits);
    const isOwn = (hash: string) => line.has(hash) && !shared.has(hash);
    const branchFor = (commit: JsonObject) => (isOwn(shaAt(commit, 'hash') ?? '') ? branch : null);
    return readEach(commits, path, unread, (node) =>
      readCommit(node, COMMIT, { repository, branch: branchFor(node.object) }),
    );
  }
  if (!isAbsent(commits)) unread.note(path);
  return [];
};

/** The commits a `repo:push` lists, of every branch; those that cannot be read are left out and noted. */
export const readBitbucketPush = (
  { repository, changes }: { repository: string; changes: Json[] },
  unread: Unread,
): DeliveredCommit[] => {
  const shared = listedTwice(changes);
  return readEach(changes, 'push.changes', unread, (change) =>
    readChange(change, { repository, shared }),
  ).flat();
};

/** The pull request of a `pullrequest:*` event, or null and noted when it cannot be read. */
export const readBitbucketPullRequest = (
  repository: string,
  object: JsonObject,
  unread: Unread,
): DeliveredPullRequest | null =>
  readPullRequest({ object, path: 'pullrequest', unread }, PULL_REQUEST, repository);

/** The first parents from the new head on, as far as the list goes. */
const lineOf = (change: JsonObject, byHash: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> => {
  const from = shaAt(change, 'old', 'target', 'hash');
  const to = shaAt(change, 'new', 'target', 'hash') ?? byHash.keys().next().value ?? null;
  return firstParents({ from, to }, byHash, 'hash').line;
};

/** True if the list may contain commits from before the branch, which cannot be told apart. */
const isMixed = (change: JsonObject, line: ReadonlyMap<string, JsonObject>): boolean => {
  if (own(change, 'forced') === true) return true;
  if (own(change, 'old') !== null) return false;
  const last = [...line.values()].at(-1);
  return own(change, 'truncated') === true || (last !== undefined && parentsOf(last, 'hash')?.length === 0);
};

/**
 * Hashes of the commits of a change that are assigned to its branch: the line of first parents from the new head,
 * because merged commits began on other branches. None after a forced push, which also lists the commits it was rebased
 * onto, and none of a new branch whose list continues into older history: for a new branch Bitbucket lists the newest
 * of all commits it reaches, even if it has none of its own.
 */
const ownLine = (change: JsonObject, commits: readonly Json[]): ReadonlySet<string> => {
  const line = lineOf(change, bySha(commits, 'hash'));
  return new Set(isMixed(change, line) ? [] : line.keys());
};

const isOfBranch = (change: JsonObject): boolean => {
  const target = own(change, 'new');
  return isJsonObject(target) && own(target, 'type') === 'branch';
};

/** Hashes of the commits that one push lists for several branches: it is unknown on which one they began. */
const listedTwice = (changes: readonly Json[]): ReadonlySet<string> => {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const change of changes.filter(isJsonObject).filter(isOfBranch)) {
    const commits = own(change, 'commits');
    for (const hash of bySha(Array.isArray(commits) ? commits : [], 'hash').keys())
      (once.has(hash) ? twice : once).add(hash);
  }
  return twice;
};
