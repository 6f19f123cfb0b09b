import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { bySha, firstParents, parentsOf, shaAt } from '../shared/first-parents.ts';

/** From the new head along first parents, as far as the list goes. */
const lineOf = (change: JsonObject, byHash: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> => {
  const from = shaAt(change, 'old', 'target', 'hash');
  const to = shaAt(change, 'new', 'target', 'hash') ?? byHash.keys().next().value ?? null;
  return firstParents({ from, to }, byHash, 'hash').line;
};

/** True where the list holds commits from before the branch, and nothing says which. */
const isMixed = (change: JsonObject, line: ReadonlyMap<string, JsonObject>): boolean => {
  if (own(change, 'forced') === true) return true;
  if (own(change, 'old') !== null) return false;
  const last = [...line.values()].at(-1);
  return own(change, 'truncated') === true || (last !== undefined && parentsOf(last, 'hash')?.length === 0);
};

/**
 * Hashes of the commits that a change of a Bitbucket push may name its branch for: the line of first parents from
 * the new head, because what came by a merge began elsewhere. None after a forced push, which lists what it was
 * rebased onto, and none of a new branch whose list goes on into the history below: for a new branch Bitbucket lists
 * the newest commits of all it reaches, also where it brings none of its own.
 */
export const ownLine = (change: JsonObject, commits: readonly Json[]): ReadonlySet<string> => {
  const line = lineOf(change, bySha(commits, 'hash'));
  return new Set(isMixed(change, line) ? [] : line.keys());
};

const isOfBranch = (change: JsonObject): boolean => {
  const target = own(change, 'new');
  return isJsonObject(target) && own(target, 'type') === 'branch';
};

/** Hashes of the commits that one push lists for several branches: which one they began on is not known. */
export const listedTwice = (changes: readonly Json[]): ReadonlySet<string> => {
  const once = new Set<string>();
  const twice = new Set<string>();
  for (const change of changes.filter(isJsonObject).filter(isOfBranch)) {
    const commits = own(change, 'commits');
    for (const hash of bySha(Array.isArray(commits) ? commits : [], 'hash').keys())
      (once.has(hash) ? twice : once).add(hash);
  }
  return twice;
};
