import type { Rename, RepositoryFacts } from '../../domain/repository.ts';
import { union } from './joins.ts';

/** More than a repository is ever renamed; a sender that makes names up must not fill a row. */
const MOST = 100;

export const NOTHING_KNOWN: RepositoryFacts = { spelling: null, ids: [], renames: [] };

const firstSpelling = (a: string | null, b: string | null): string | null => {
  if (a === null || b === null) return a ?? b;
  return a <= b ? a : b;
};

const textOf = ({ from, to, at_ms, id }: Rename): string => JSON.stringify([at_ms, from, to, id]);

/** Newest first, then in an order that never changes. */
const byTime = (a: Rename, b: Rename): number =>
  b.at_ms - a.at_ms || (textOf(a) < textOf(b) ? -1 : Number(textOf(a) > textOf(b)));

const joinRenames = (a: Rename[], b: Rename[]): Rename[] =>
  [...new Map([...a, ...b].map((one) => [textOf(one), one])).values()].sort(byTime).slice(0, MOST);

/** What two deliveries say together. Commutative, associative and idempotent. */
export const mergeRepositories = (a: RepositoryFacts, b: RepositoryFacts): RepositoryFacts => ({
  spelling: firstSpelling(a.spelling, b.spelling),
  ids: union(a.ids, b.ids, MOST),
  renames: joinRenames(a.renames, b.renames),
});

/** Ids of different hosts cannot be compared: one begins `github:`, the other `bitbucket:`. */
const hostOf = (id: string): string => id.slice(0, id.indexOf(':'));

/** True when a repository delivers under the name that never left it: a new one has been made there. */
const isTakenAnew = (left: Rename[], ids: string[]): boolean => {
  const gone = left.flatMap(({ id }) => id ?? []);
  if (gone.length < left.length) return false;
  const hosts = new Set(gone.map(hostOf));
  return ids.some((id) => hosts.has(hostOf(id)) && !gone.includes(id));
};

/**
 * The next rename of the repository that had the name since `at_ms`. Time never goes back, so nothing is walked in a
 * circle.
 */
const nextOf = (renames: Rename[], name: string, at_ms: number, seen: Set<string>): Rename | undefined =>
  renames
    .filter((one) => one.from === name && (one.at_ms > at_ms || (one.at_ms === at_ms && !seen.has(one.to))))
    .sort(byTime)
    .at(-1);

/**
 * The current name of the repository that had this name last: the name itself, unless it was renamed and no other
 * repository has taken the name since. It depends on what is known, not on the order in which it came.
 * @param renames all that are known of these names
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
