import type { Rename, RepositoryFacts } from '../../domain/repository.ts';
import { union } from './joins.ts';

/** More ids or renames than any repository has; the limit keeps a sender that invents names from filling a row. */
const MOST = 100;

export const NOTHING_KNOWN: RepositoryFacts = { spelling: null, ids: [], renames: [] };

const firstSpelling = (a: string | null, b: string | null): string | null => {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
};

const textOf = ({ from, to, at_ms, id }: Rename): string => JSON.stringify([at_ms, from, to, id]);

/** Newest first, then in a fixed order. */
const byTime = (a: Rename, b: Rename): number =>
  b.at_ms - a.at_ms || (textOf(a) < textOf(b) ? -1 : Number(textOf(a) > textOf(b)));

const joinRenames = (a: Rename[], b: Rename[]): Rename[] =>
  [...new Map([...a, ...b].map((one) => [textOf(one), one])).values()].sort(byTime).slice(0, MOST);

/** Merges what two deliveries say. Commutative, associative and idempotent. */
export const mergeRepositories = (a: RepositoryFacts, b: RepositoryFacts): RepositoryFacts => ({
  spelling: firstSpelling(a.spelling, b.spelling),
  ids: union(a.ids, b.ids, MOST),
  renames: joinRenames(a.renames, b.renames),
});

/** Ids of different hosts cannot be compared: one begins with `github:`, the other with `bitbucket:`. */
const hostOf = (id: string): string => id.slice(0, id.indexOf(':'));

/** True when a repository that was never renamed from this name delivers under it: a new one has taken the name. */
const isTakenAnew = (left: Rename[], ids: string[]): boolean => {
  const gone = left.flatMap(({ id }) => id ?? []);
  if (gone.length < left.length) return false;
  const hosts = new Set(gone.map(hostOf));
  return ids.some((id) => hosts.has(hostOf(id)) && !gone.includes(id));
};

/**
 * The next rename of the repository that has had the name since `at_ms`. Following renames never goes back in time, so
 * it cannot loop.
 */
const nextOf = (renames: Rename[], name: string, at_ms: number, seen: Set<string>): Rename | undefined =>
  renames
    .filter((one) => one.from === name && (one.at_ms > at_ms || (one.at_ms === at_ms && !seen.has(one.to))))
    .sort(byTime)
    .at(-1);

/**
 * The current name of the repository that last had this name: the name itself, unless it was renamed and no other
 * repository has taken the name since. It depends on the known facts, not on the order in which they arrived.
 * @param renames all known renames from or to these names
 * @param ids the host's ids of the repositories that delivered under the name
 */
export const nameOfNow = (renames: Rename[], name: string, ids: string[]): string => {
  const left = renames.filter(({ from }) => from === name).sort(byTime);
  const last = left[0];
  const came = Math.max(...renames.filter(({ to }) => to === name).map(({ at_ms }) => at_ms), -1);
  if (last === undefined || came >= last.at_ms || isTakenAnew(left, ids)) return name;
  const seen = new Set([name]);
  let step = last;
  for (let next: Rename | undefined = last; next; next = nextOf(renames, step.to, step.at_ms, seen)) {
    step = next;
    seen.add(step.to);
  }
  return step.to;
};
