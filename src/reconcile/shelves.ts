import * as z from 'zod/mini';
import { projectSort } from '../store/calls/keys.ts';
import { listIssueIds } from '../store/issues/list-issues.ts';
import { isInScope, knownProjects } from './scope.ts';
import type { Session } from './session.ts';

/** The issues of a project that are stored under one of its keys. `order`: sort key of the shelf. */
export type Shelf = { order: string; project: string };

/** The shelf and the issue after which to continue. */
export const shelfPlace = z.object({ order: z.string(), after: z.nullable(z.string()) });

export type ShelfPlace = z.output<typeof shelfPlace>;

/** A shelf for each key that a project in scope has or had: an issue is stored under the key it was last seen with. */
export const listShelves = async (session: Session): Promise<Shelf[]> => {
  const shelves: Shelf[] = [];
  for await (const { id, keys } of knownProjects(session))
    if (isInScope(keys, session.deps.projects))
      shelves.push(...keys.map((project) => ({ order: `${projectSort(id)}#${project}`, project })));
  return shelves.sort((a, b) => (a.order < b.order ? -1 : 1));
};

/**
 * Reads up to `limit` ids of stored issues, shelf by shelf, in the order of ids, deleted ones included.
 * @param at null: from the beginning
 * @returns null after the last shelf. `ids` may be empty; `order`: the shelf that they are on
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
  // Sorts after this shelf and before every later one.
  const next = last === null ? { order: `${order}#`, after: null } : { order, after: last };
  return { ids, order, next };
};
