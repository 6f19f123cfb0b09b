import { DAY_MS } from '../domain/instant.ts';
import { JiraError } from '../jira/jira-error.ts';
import type { Session } from './session.ts';
import { readSlices, type SlicesPlace } from './slices.ts';

/**
 * The next page of what a search finds. Jira refuses to search for what it does not have, or has no more: then that is
 * nothing.
 * @returns `place`: where to go on, null when that was all
 */
export const readFound = async (
  session: Session,
  where: string,
  place: SlicesPlace,
): Promise<{ ids: string[]; place: SlicesPlace | null; whole: boolean }> => {
  const search = { where, fields: 'id', end_ms: session.deps.clock() + DAY_MS, measure: false } as const;
  const page = await readSlices(await session.reads(), search, place).catch(nothingIfRefused);
  const ids = page.rows.map(({ id }) => id);
  const { slices = [], whole = true } = page.place ?? {};
  return { ids, place: slices.length === 0 ? null : page.place, whole };
};

const nothingIfRefused = (fault: unknown): { rows: []; place: null } => {
  if (fault instanceof JiraError && fault.fault === 'refused') return { rows: [], place: null };
  throw fault;
};
