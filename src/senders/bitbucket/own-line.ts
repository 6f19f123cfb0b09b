import { isSha, toSha } from '../../domain/commit.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

/** The hash of the object at the end of the steps, in lower case; null where there is none. */
export const hashAt = (object: JsonObject, ...steps: string[]): string | null => {
  let value: Json | undefined = object;
  for (const step of [...steps, 'hash']) value = isJsonObject(value) ? own(value, step) : undefined;
  return typeof value === 'string' && isSha(value) ? toSha(value) : null;
};

/** Hashes of the parents in order; null where nobody says. */
const parentsOf = (commit: JsonObject): (string | null)[] | null => {
  const parents = own(commit, 'parents');
  if (!Array.isArray(parents)) return null;
  return parents.map((parent) => (isJsonObject(parent) ? hashAt(parent) : null));
};

/** The objects in a list that have a hash, by that. */
const byHashOf = (commits: readonly Json[]): Map<string, JsonObject> =>
  new Map(
    commits.filter(isJsonObject).flatMap((commit) => {
      const hash = hashAt(commit);
      return hash === null ? [] : [[hash, commit] as const];
    }),
  );

/** From the new head along first parents, as far as the list goes, but not past a merge of the old head. */
const lineOf = (change: JsonObject, byHash: ReadonlyMap<string, JsonObject>): Map<string, JsonObject> => {
  const old = hashAt(change, 'old', 'target');
  const line = new Map<string, JsonObject>();
  let hash = hashAt(change, 'new', 'target') ?? byHash.keys().next().value;
  while (hash && hash !== old && !line.has(hash)) {
    const commit = byHash.get(hash);
    const [first, ...merged] = (commit && parentsOf(commit)) ?? [];
    // The old head came into another line, which then took the branch's name.
    if (commit === undefined || (old !== null && merged.includes(old))) break;
    line.set(hash, commit);
    hash = first ?? undefined;
  }
  return line;
};

/** True where the list holds commits from before the branch, and nothing tells which. */
const isMixed = (change: JsonObject, line: ReadonlyMap<string, JsonObject>): boolean => {
  if (own(change, 'forced') === true) return true;
  if (own(change, 'old') !== null) return false;
  const last = [...line.values()].at(-1);
  return own(change, 'truncated') === true || (last !== undefined && parentsOf(last)?.length === 0);
};

/**
 * Hashes of the commits that a change of a Bitbucket push may name its branch for: the line of first parents from
 * the new head, because what came by a merge began elsewhere. None after a forced push, which lists what it was
 * rebased onto, and none of a new branch whose list goes on into the history below: for a new branch Bitbucket lists
 * the newest commits of all it reaches, also where it brings none of its own.
 */
export const ownLine = (change: JsonObject, commits: readonly Json[]): ReadonlySet<string> => {
  const line = lineOf(change, byHashOf(commits));
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
    for (const hash of byHashOf(Array.isArray(commits) ? commits : []).keys())
      (once.has(hash) ? twice : once).add(hash);
  }
  return twice;
};
