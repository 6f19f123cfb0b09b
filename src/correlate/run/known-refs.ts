import type { Ref } from '../../domain/link.ts';
import { repositoryKey } from '../../domain/repository.ts';
import { type RowsReader, readAhead } from '../../store/calls/gather.ts';
import { refKey, repositoryRowKey } from '../../store/calls/keys.ts';
import { type RefRow, readRefs } from '../../store/links/refs.ts';
import { joinLinks } from '../rules/links.ts';
import { joinStates } from '../rules/news.ts';
import { type Names, readNames } from './repositories.ts';
import type { ReadScope } from './scope.ts';

/**
 * A commit or pull request under the name its repository has now. `parts`: the rows it is made from, as they are stored,
 * the one of that name first: after a rename it may lie under several names until it is decided again.
 */
export type KnownRef = RefRow & { shown_as: string; parts: RefRow[] };

/** The reference under the name of now. */
export const nowRef = (names: ReadonlyMap<string, Names>, ref: Ref): Ref => {
  const key = repositoryKey(ref.repository);
  return { ...ref, repository: names.get(key)?.now ?? key };
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

/**
 * Reads at once what these references need unless their repositories were renamed: what is known of each name, and the
 * row under it. What else there is to read is known then, and is read as it is asked for.
 */
export const readTogether = ({ tenant, rows }: ReadScope, refs: Ref[]): Promise<RowsReader> => {
  const named = refs.map((ref) => ({ ...ref, repository: repositoryKey(ref.repository) }));
  const names = new Set(named.map(({ repository }) => repository));
  return readAhead(rows, [
    ...[...names].map((name) => repositoryRowKey(tenant, name)),
    ...named.map((ref) => refKey(tenant, ref)),
  ]);
};

/** The stored rows under every name of their repositories, in the order of the references; null for an unknown one. */
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

/** The same, by the names of this moment. */
export const readKnown = async (place: ReadScope, refs: Ref[]): Promise<(KnownRef | null)[]> => {
  if (refs.length === 0) return [];
  const read = await readTogether(place, refs);
  const names = await readNames(place, new Set(refs.map(({ repository }) => repository)), read);
  return readUnder(place, names, refs, read);
};
