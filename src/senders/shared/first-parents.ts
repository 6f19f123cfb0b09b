import { isSha, toSha } from '../../domain/commit.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { valueAt } from './rules.ts';

/** A host's name for the id of a commit. */
type ShaName = 'hash' | 'id';

/** The sha at the end of these steps, in lower case; null if there is none. */
export const shaAt = (object: JsonObject, ...steps: string[]): string | null => {
  const value = valueAt(object, ...steps);
  return typeof value === 'string' && isSha(value) ? toSha(value) : null;
};

/** Shas of the parents in order; null if the host does not send them. */
export const parentsOf = (commit: JsonObject, name: ShaName): (string | null)[] | null => {
  const parents = own(commit, 'parents');
  if (!Array.isArray(parents)) return null;
  return parents.map((parent) => (isJsonObject(parent) ? shaAt(parent, name) : null));
};

/** The objects in a list that have a sha, by their sha. */
export const bySha = (commits: readonly Json[], name: ShaName): Map<string, JsonObject> =>
  new Map(
    commits.filter(isJsonObject).flatMap((commit) => {
      const sha = shaAt(commit, name);
      return sha === null ? [] : [[sha, commit] as const];
    }),
  );

/** The head of a branch before and after a push; `from` is null for a new branch. */
type Move = { from: string | null; to: string | null };

/**
 * Follows first parents from the new head, as far as the list goes. Stops before a merge that has the old head as a
 * merged parent: the branch was then moved to another line of history. `arrives`: whether the line ends at the old
 * head.
 */
export const firstParents = (
  { from, to }: Move,
  commits: ReadonlyMap<string, JsonObject>,
  name: ShaName,
): { line: Map<string, JsonObject>; arrives: boolean } => {
  const line = new Map<string, JsonObject>();
  let sha = to;
  while (sha && sha !== from && !line.has(sha)) {
    const commit = commits.get(sha);
    const [first, ...merged] = (commit && parentsOf(commit, name)) ?? [];
    if (commit === undefined || (from !== null && merged.includes(from))) break;
    line.set(sha, commit);
    sha = first ?? null;
  }
  return { line, arrives: from !== null && sha === from };
};
