import { isDeepStrictEqual } from 'node:util';
import {
  type DeliveredRepository,
  type Rename,
  type RepositoryFacts,
  repositoryKey,
} from '../../domain/repository.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { RowsReader } from '../../store/calls/gather.ts';
import { putRepository, readRepositories } from '../../store/links/repository-row.ts';
import { mergeRepositories, NOTHING_KNOWN, nameOfNow } from '../rules/repository-names.ts';
import { afterConflict, MOST_CONFLICTS, type ReadScope } from './scope.ts';

/** What a repository is called. `all`: every key its commits may be stored under, the one of `now` first. */
export type Names = { now: string; shown_as: string; all: string[] };

/** Names that hang together by renames; more are not followed. */
const MOST_NAMES = 200;

/** The names asked for, and every name that renames connect them with. */
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
    const told = unread.flatMap((name) => known.get(name)?.renames ?? []);
    unread = [...new Set(told.flatMap(({ from, to }) => [from, to]))].filter((name) => !known.has(name));
  }
  return known;
};

/**
 * What each repository is called now, as of now: a rename is known once it is stored, wherever its commits lie.
 * @param names in any spelling
 * @param read how rows are read: as now, but for some that may have just been
 * @returns the names of each repository key among them
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

const learnOf = async (
  { table, tenant, signal, rows }: ReadScope,
  name: string,
  facts: RepositoryFacts,
): Promise<void> => {
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const [row = null] = await readRepositories(rows, tenant, [name]);
    const before = row?.facts ?? null;
    const merged = mergeRepositories(before ?? NOTHING_KNOWN, facts);
    if (isDeepStrictEqual(merged, before)) return;
    const next = { facts: merged, revision: row?.revision ?? null };
    if (await putRepository({ table, tenant, signal }, name, next)) return;
    await afterConflict(tries);
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};

/**
 * Makes durable what a delivery says of its repository, before its commits are: how the name is spelt, and what it was
 * called before. Written only where it is new.
 * @param nowMs when the delivery came, for a rename that does not say when it was
 */
export const learnRepository = async (
  place: ReadScope,
  { name, id, renamed }: DeliveredRepository,
  nowMs: number,
): Promise<void> => {
  const to = repositoryKey(name);
  const from = renamed ? repositoryKey(renamed.from) : to;
  const renames = renamed && from !== to ? [{ from, to, at_ms: renamed.at_ms ?? nowMs, id }] : [];
  const ids = id === null ? [] : [id];
  await learnOf(place, to, { spelling: name, ids, renames });
  if (renamed && from !== to) await learnOf(place, from, { spelling: renamed.from, ids, renames });
};
