import type { Ref } from '../../domain/link.ts';
import { type Rename, type RepositoryFacts, repositoryKey } from '../../domain/repository.ts';
import { type RowsReader, readAhead } from '../../store/calls/gather.ts';
import { refKey, repositoryRowKey } from '../../store/calls/keys.ts';
import type { Place } from '../../store/calls/table.ts';
import { type RefRow, readRefs } from '../../store/links/refs.ts';
import { readRepositories } from '../../store/links/repository-row.ts';
import { joinLinks } from '../rules/links.ts';
import { joinStates } from '../rules/news.ts';
import { NOTHING_KNOWN, nameOfNow } from '../rules/repository-names.ts';

/**
 * A commit or pull request under its repository's current name. `parts`: the stored rows it is merged from, the one
 * under the current name first; after a rename it may be stored under several names until it is evaluated again.
 */
export type KnownRef = RefRow & { shown_as: string; parts: RefRow[] };

/** A place, and a reader of many rows that makes calls of its own. */
export type ReadScope = Place & { rows: RowsReader };

/** Reads commits and pull requests under their repositories' current names, in their order; null for an unknown one. */
export const readKnown = async (place: ReadScope, refs: Ref[]): Promise<(KnownRef | null)[]> => {
  if (refs.length === 0) return [];
  const read = await readTogether(place, refs);
  const names = await readNames(place, new Set(refs.map(({ repository }) => repository)), read);
  return readUnder(place, names, refs, read);
};

/**
 * Reads in one go what these references need if their repositories were not renamed: the row of each repository name,
 * and the row of each reference under that name. The returned reader serves these from memory and reads any other row
 * when it is asked for.
 */
export const readTogether = ({ tenant, rows }: ReadScope, refs: Ref[]): Promise<RowsReader> => {
  const named = refs.map((ref) => ({ ...ref, repository: repositoryKey(ref.repository) }));
  const names = new Set(named.map(({ repository }) => repository));
  return readAhead(rows, [
    ...[...names].map((name) => repositoryRowKey(tenant, name)),
    ...named.map((ref) => refKey(tenant, ref)),
  ]);
};

/** The names of a repository. `all`: every key its commits may be stored under, `now` first. */
export type Names = { now: string; shown_as: string; all: string[] };

/**
 * The current name of each repository. A rename takes effect once it is stored, whatever name the commits are stored
 * under.
 * @param names in any spelling
 * @param read reads the rows; it may serve some that have just been read
 * @returns the names, by repository key
 */
export const readNames = async (
  { tenant, rows }: ReadScope,
  names: Iterable<string>,
  read: RowsReader = rows,
): Promise<Map<string, Names>> => {
  const asked = [...new Set(Array.from(names, repositoryKey))];
  const known = await readFacts(read, tenant, asked);
  const renames: Rename[] = [...known.values()].flatMap((facts) => facts.renames);
  const nowOf = new Map([...known].map(([name, { ids }]) => [name, nameOfNow(renames, name, ids)]));
  return new Map(
    asked.map((name) => {
      const now = nowOf.get(name) ?? name;
      const others = [...nowOf].filter(([one, its]) => its === now && one !== now).map(([one]) => one);
      return [name, { now, shown_as: known.get(now)?.spelling ?? now, all: [now, ...others.sort()] }];
    }),
  );
};

/** Limit of further names that are followed through renames. */
const MOST_NAMES = 200;

/** The facts of the names asked for, and of every name that renames connect with them. */
const readFacts = async (
  read: RowsReader,
  tenant: string,
  names: string[],
): Promise<Map<string, RepositoryFacts>> => {
  const known = new Map<string, RepositoryFacts>();
  let unread = [...new Set(names)];
  while (unread.length > 0 && known.size < names.length + MOST_NAMES) {
    const rows = await readRepositories(read, tenant, unread);
    unread.forEach((name, index) => {
      known.set(name, rows[index]?.facts ?? NOTHING_KNOWN);
    });
    const renames = unread.flatMap((name) => known.get(name)?.renames ?? []);
    unread = [...new Set(renames.flatMap(({ from, to }) => [from, to]))].filter((name) => !known.has(name));
  }
  return known;
};

/** The references, each merged from its rows under all names of its repository; null for an unknown one. */
export const readUnder = async (
  { tenant }: ReadScope,
  names: ReadonlyMap<string, Names>,
  refs: Ref[],
  read: RowsReader,
): Promise<(KnownRef | null)[]> => {
  const places = refs.map((ref) => {
    const key = repositoryKey(ref.repository);
    return names.get(key) ?? { now: key, shown_as: key, all: [key] };
  });
  const all = refs.flatMap((ref, index) =>
    (places[index]?.all ?? []).map((repository) => ({ ...ref, repository })),
  );
  const rows = await readRefs(read, tenant, all);
  let next = 0;
  return refs.map((ref, index) => {
    const place = places[index];
    if (place === undefined) return null;
    const parts = rows.slice(next, next + place.all.length).filter((row) => row !== null);
    next += place.all.length;
    return joined({ ...ref, repository: place.now }, place.shown_as, parts);
  });
};

const joined = (ref: Ref, shown_as: string, parts: RefRow[]): KnownRef | null => {
  const [first, ...others] = parts;
  if (first === undefined) return null;
  const own = first.ref.repository === ref.repository;
  return {
    ref,
    shown_as,
    parts,
    state: others.reduce((state, part) => joinStates(state, part.state), first.state),
    links: others.reduce((links, part) => joinLinks(links, part.links), first.links),
    left: [...new Set(parts.flatMap(({ left }) => left))],
    candidates_put: parts.every(({ candidates_put }) => candidates_put),
    revision: own ? first.revision : null,
  };
};

/** The reference under its repository's current name. */
export const nowRef = (names: ReadonlyMap<string, Names>, ref: Ref): Ref => {
  const key = repositoryKey(ref.repository);
  return { ...ref, repository: names.get(key)?.now ?? key };
};
