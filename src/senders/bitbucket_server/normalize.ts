import type { DeliveredCommit, DeliveredPullRequest } from '../../domain/commit.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, type Read, type Unread } from '../readers.ts';
import { bySha, firstParents, parentsOf, shaAt } from '../shared/first-parents.ts';
import { type Node, optional, readEach } from '../shared/node.ts';
import { readCommit } from '../shared/read-commit.ts';
import { readPullRequest } from '../shared/read-pull-request.ts';
import { readRef } from '../shared/readers.ts';

type Push = { repository: string; body: JsonObject; changes: Json[] };

/**
 * The commits a `repo:refs_changed` lists, none on older servers. Those that cannot be read are left out and noted; the
 * list itself is noted if the push had more commits.
 */
export const readServerPush = ({ repository, body, changes }: Push, unread: Unread): DeliveredCommit[] => {
  const { commits, head } = listedIn(body, unread);
  const moves = readMoves(changes, unread);
  const all = head ? [...commits, head] : commits;
  if (!isWhole(moves, all, Array.isArray(own(body, 'commits')))) unread.note('commits');
  const branches = ownBranches(moves, all);
  const read = (node: Node): DeliveredCommit | null => {
    const commit = readCommit(node, COMMIT, { repository, branch: null });
    return commit && { ...commit, branch: branches.get(commit.sha) ?? null };
  };
  const newest = head && read({ object: head, path: 'toCommit', unread });
  if (head && newest === null) unread.note('toCommit');
  return [...readEach(commits, 'commits', unread, read), ...(newest ? [newest] : [])];
};

/** The commits in the list, and the new head if it is not among them. */
const listedIn = (body: JsonObject, unread: Unread): { commits: Json[]; head: JsonObject | null } => {
  const [list, head] = [own(body, 'commits'), own(body, 'toCommit')];
  if (!isAbsent(list) && !Array.isArray(list)) unread.note('commits');
  if (!isAbsent(head) && !isJsonObject(head)) unread.note('toCommit');
  const commits = Array.isArray(list) ? list : [];
  if (!isJsonObject(head)) return { commits, head: null };
  const sha = shaAt(head, 'id');
  const isListed = commits.some((commit) => isJsonObject(commit) && shaAt(commit, 'id') === sha);
  return { commits, head: isListed ? null : head };
};

/** The pull request of a `pr:*` event, or null and noted when it cannot be read. */
export const readServerPullRequest = (
  repository: string,
  object: JsonObject,
  unread: Unread,
): DeliveredPullRequest | null =>
  readPullRequest({ object, path: 'pullRequest', unread }, PULL_REQUEST, repository);

/** Epoch milliseconds. */
const readInstant: Read<number> = (value) =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_INSTANT_MS
    ? value
    : undefined;

const COMMIT = {
  sha: 'id',
  message: 'message',
  committed: 'committerTimestamp',
  instant: readInstant,
  authors: [
    ['author', 'displayName'],
    ['author', 'name'],
  ],
} as const;

/** `links.self` is a list of one, which holds null in some versions. */
const PULL_REQUEST = {
  id: 'id',
  title: 'title',
  bodies: [['description']],
  updated: 'updatedDate',
  instant: readInstant,
  url: ['links', 'self', '0', 'href'],
  branch: ['fromRef', 'displayId'],
  shas: [
    ['fromRef', 'latestCommit'],
    ['properties', 'mergeCommit', 'id'],
  ],
} as const;

/** A branch that a push moved or created; `from` is null for a new one. */
type Move = { branch: string; from: string | null; to: string };

/** Bitbucket Data Center lists the newest five commits of a push, and does not say whether there were more. */
const MOST_LISTED = 5;

/** True for the hash of a missing commit. */
const isNothing = (sha: string): boolean => /^0+$/.test(sha);

/** Null for a tag and for a branch that was deleted. */
const readMove = ({ object, path, unread }: Node): Move | null => {
  const branch = optional(readRef, { object, path, unread }, ['ref', 'id']);
  const [from, to] = [shaAt(object, 'fromHash'), shaAt(object, 'toHash')];
  if (branch === null || to === null || isNothing(to)) return null;
  return { branch, from: from === null || isNothing(from) ? null : from, to };
};

/** The branches a push moved; elements that are not objects are noted. */
const readMoves = (changes: Json[], unread: Unread): Move[] =>
  readEach(changes, 'changes', unread, (node) => ({ move: readMove(node) })).flatMap(
    ({ move }) => move ?? [],
  );

/**
 * The first parents of a branch's new head if they began on this branch, which is so if they lead to its old head. A
 * forced push is not marked, but its line does not lead there. The line of a new branch counts only if the list ends
 * before history does.
 */
const ownLineOf = (move: Move, commits: ReadonlyMap<string, JsonObject>): string[] => {
  const { line, arrives } = firstParents(move, commits, 'id');
  const last = [...line.values()].at(-1);
  const goesOn = last !== undefined && (parentsOf(last, 'id')?.length ?? 0) > 0;
  const endsInTime = move.from === null && commits.size < MOST_LISTED && goesOn;
  return arrives || endsInTime ? [...line.keys()] : [];
};

/**
 * The branch each commit began on, by its sha; commits on the lines of two branches are left out, as either is
 * possible.
 */
const ownBranches = (moves: readonly Move[], listed: readonly Json[]): ReadonlyMap<string, string> => {
  const commits = bySha(listed, 'id');
  const lines = moves.map((move) => ({ branch: move.branch, line: ownLineOf(move, commits) }));
  const seen = lines.flatMap(({ line }) => line);
  const twice = new Set(seen.filter((sha, index) => seen.indexOf(sha) !== index));
  return new Map(
    lines.flatMap(({ branch, line }) =>
      line.filter((sha) => !twice.has(sha)).map((sha) => [sha, branch] as const),
    ),
  );
};

const isMerge = (commit: JsonObject): boolean => (parentsOf(commit, 'id')?.length ?? 0) > 1;

/**
 * True if all commits of a push are listed: its branches lead to their old heads without a merge, or the server sends a
 * list that is shorter than its maximum.
 */
const isWhole = (moves: readonly Move[], listed: readonly Json[], hasList: boolean): boolean => {
  const commits = bySha(listed, 'id');
  const isShort = hasList && listed.filter(isJsonObject).length < MOST_LISTED;
  return moves.every((move) => {
    const { line, arrives } = firstParents(move, commits, 'id');
    return (isShort && commits.has(move.to)) || (arrives && ![...line.values()].some(isMerge));
  });
};
