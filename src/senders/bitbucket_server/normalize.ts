import type { DeliveredCommit, DeliveredPullRequest } from '../../domain/commit.ts';
import { LAST_INSTANT_MS } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, type Read } from '../readers.ts';
import { shaAt } from '../shared/first-parents.ts';
import { type Node, readEach } from '../shared/node.ts';
import { readCommit } from '../shared/read-commit.ts';
import { readPullRequest } from '../shared/read-pull-request.ts';
import type { Unread } from '../unread.ts';
import { isWhole, ownBranches, readMoves } from './moves.ts';

type Push = { repository: string; body: JsonObject; changes: Json[] };

/**
 * The commits a `repo:refs_changed` lists, none on older servers; those that cannot be read are left out and noted, and
 * so is the list where the push brought more.
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
