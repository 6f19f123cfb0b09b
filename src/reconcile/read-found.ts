import { DAY_MS } from '../domain/instant.ts';
import { checkScope, isRefused, projectsClause } from './scope.ts';
import type { Session } from './session.ts';
import { readSlices, type SlicesPlace } from './slices.ts';

/**
 * The next page of what a search finds in the projects that count. Jira refuses to search for what it does not have, or
 * has no more: then that is nothing.
 * @returns `place`: where to go on, null when that was all
 */
export const readFound = async (
  session: Session,
  condition: string,
  place: SlicesPlace,
): Promise<{ ids: string[]; place: SlicesPlace | null; whole: boolean }> => {
  const where = [...(await projectsClause(session)), condition].join(' AND ');
  const search = { where, fields: 'id', end_ms: session.deps.clock() + DAY_MS, measure: false } as const;
  const page = await readSlices(await session.reads(), search, place).catch((fault) =>
    nothingIfRefused(session, fault),
  );
  const ids = page.rows.map(({ id }) => id);
  const { slices = [], whole = true } = page.place ?? {};
  return { ids, place: slices.length === 0 ? null : page.place, whole };
};

/** @throws the fault when it is another one, or is about the projects */
const nothingIfRefused = async (session: Session, fault: unknown): Promise<{ rows: []; place: null }> => {
  if (!isRefused(fault)) throw fault;
  await checkScope(session);
  return { rows: [], place: null };
};
