import { DAY_MS } from '../domain/instant.ts';
import { checkScope, isRefused, projectsClause } from './scope.ts';
import type { Session } from './session.ts';
import { readSlices, type SlicesPlace } from './slices.ts';

/**
 * The next page of what a search finds in the projects in scope. Jira refuses to search for, say, a sprint that it does
 * not have, or no longer has: that counts as an empty result.
 * @returns `place`: where to continue, null after the last page
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

/** @throws the fault if it is not a refusal, or JiraError if the projects themselves are refused */
const nothingIfRefused = async (session: Session, fault: unknown): Promise<{ rows: []; place: null }> => {
  if (!isRefused(fault)) throw fault;
  await checkScope(session);
  return { rows: [], place: null };
};
