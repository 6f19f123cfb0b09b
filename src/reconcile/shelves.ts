import * as z from 'zod/mini';
import { projectSort } from '../store/calls/keys.ts';
import { listIssueIds } from '../store/issues/list-issues.ts';
import { isInScope, knownProjects } from './scope.ts';
import type { Session } from './session.ts';

/** Issues of a project that lie under one of its keys. `order` is that of the shelves. */
export type Shelf = { order: string; project: string };

/** Behind which issue of which shelf to go on. */
export const shelfPlace = z.object({ order: z.string(), after: z.nullable(z.string()) });

export type ShelfPlace = z.output<typeof shelfPlace>;

/** Each project that counts under all keys it had: an issue lies under the one it was last seen with. */
export const listShelves = async (session: Session): Promise<Shelf[]> => {
  const shelves: Shelf[] = [];
  for await (const { id, keys } of knownProjects(session))
    if (isInScope(keys, session.deps.projects))
      shelves.push(...keys.map((project) => ({ order: `${projectSort(id)}#${project}`, project })));
  return shelves.sort((a, b) => (a.order < b.order ? -1 : 1));
};

/**
 * Up to so many ids of what is known here, shelf by shelf, in the order of ids, deleted ones too.
 * @param at null: from the beginning
 * @returns `ids` may be none; null behind the last shelf. `order`: whose they are
 */
export const readShelf = async (
  session: Session,
  shelves: readonly Shelf[],
  at: ShelfPlace | null,
  limit: number,
): Promise<{ ids: string[]; order: string; next: ShelfPlace } | null> => {
  const shelf = shelves.find(({ order }) => order >= (at?.order ?? ''));
  if (shelf === undefined) return null;
  const { order, project } = shelf;
  const after = order === at?.order ? at.after : null;
  const { ids, last } = await listIssueIds(session.place(), project, { limit, after });
  // Every order that follows this shelf's is greater than this, and no other is.
  const next = last === null ? { order: `${order}#`, after: null } : { order, after: last };
  return { ids, order, next };
};
