import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';
import { bySha, firstParents, parentsOf, shaAt } from '../shared/first-parents.ts';
import { type Node, optional, readEach } from '../shared/node.ts';
import { readRef } from '../shared/readers.ts';
import type { Unread } from '../unread.ts';

/** A branch that a push moved or made; `from` is null where it was not there. */
type Move = { branch: string; from: string | null; to: string };

/** Bitbucket Data Center lists the newest five commits of a push, and does not say whether there were more. */
const MOST_LISTED = 5;

/** What the hash of a missing commit is. */
const isNothing = (sha: string): boolean => /^0+$/.test(sha);

/** Null for a tag and for a branch that was deleted. */
const readMove = ({ object, path, unread }: Node): Move | null => {
  const branch = optional(readRef, { object, path, unread }, ['ref', 'id']);
  const [from, to] = [shaAt(object, 'fromHash'), shaAt(object, 'toHash')];
  if (branch === null || to === null || isNothing(to)) return null;
  return { branch, from: from === null || isNothing(from) ? null : from, to };
};

/** The branches a push moved; what is no change is noted. */
export const readMoves = (changes: Json[], unread: Unread): Move[] =>
  readEach(changes, 'changes', unread, (node) => ({ move: readMove(node) })).flatMap(
    ({ move }) => move ?? [],
  );

/**
 * The first parents of a branch's new head, if they began on it: they lead to its old head. A forced push is not
 * marked: only its line leads elsewhere. A new branch leads nowhere known unless the list ends before history does.
 */
const ownLineOf = (move: Move, commits: ReadonlyMap<string, JsonObject>): string[] => {
  const { line, arrives } = firstParents(move, commits, 'id');
  const last = [...line.values()].at(-1);
  const goesOn = last !== undefined && (parentsOf(last, 'id')?.length ?? 0) > 0;
  const endsInTime = move.from === null && commits.size < MOST_LISTED && goesOn;
  return arrives || endsInTime ? [...line.keys()] : [];
};

/** The branch each commit began on, by its sha; none that is on the line of two, because either may be it. */
export const ownBranches = (moves: readonly Move[], listed: readonly Json[]): ReadonlyMap<string, string> => {
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
 * Whether all that a push brought is listed: its branches lead to their old heads without a merge, or the list, if the
 * server sends one, is shorter than it could be.
 */
export const isWhole = (moves: readonly Move[], listed: readonly Json[], hasList: boolean): boolean => {
  const commits = bySha(listed, 'id');
  const isShort = hasList && listed.filter(isJsonObject).length < MOST_LISTED;
  return moves.every((move) => {
    const { line, arrives } = firstParents(move, commits, 'id');
    return (isShort && commits.has(move.to)) || (arrives && ![...line.values()].some(isMerge));
  });
};
