import type { Reads, Row } from '../jira/reads/reads.ts';
import { rowVersion } from '../store/issues/snapshot-row.ts';
import { storedRows } from './behind.ts';
import { isInScope, unknownProjects } from './scope.ts';
import { placeOf, type TurnDeps } from './session.ts';
import { FIRST_PLACE, readSlices } from './slices.ts';
import { updatedSince } from './updates.ts';

/** How many issues Jira lists, and how many of them are missing or older in the table. */
export type Comparison = { listed: number; missing: number; older: number };

/**
 * Compares what Jira lists with what is stored. Writes nothing, so it can run alongside a turn.
 * @param updates only issues updated since the last complete run of updates
 */
export const compareSite = async (deps: TurnDeps, updates: boolean): Promise<Comparison> => {
  const reads = await deps.openReads();
  const named = deps.projects;
  const projects = (await reads.projects()).filter(({ keys }) => isInScope(keys, named));
  if (projects.length === 0) throw unknownProjects(named ?? ['any']);
  const since = updates ? await updatedSince(placeOf(deps), deps.clock()) : null;
  const sum: Comparison = { listed: 0, missing: 0, older: 0 };
  for (const project of projects) {
    if (!(await reads.mayBrowse(project))) continue;
    const where = `project = ${project.id}${since === null ? '' : ` AND updated >= ${since}`}`;
    await compareProject(deps, reads, { where, what: project.key }, sum);
  }
  return sum;
};

type Searched = { where: string; what: string };

const compareProject = async (
  deps: TurnDeps,
  reads: Reads,
  { where, what }: Searched,
  sum: Comparison,
): Promise<void> => {
  const search = { where, fields: 'updated', end_ms: deps.clock(), measure: true } as const;
  let place = FIRST_PLACE;
  for (let pages = 1; place.slices.length > 0; pages += 1) {
    const page = await readSlices(reads, search, place);
    place = page.place;
    await compareRows(deps, page.rows, sum);
    deps.onProgress?.({ loop: 'compare', what, pages, issues: sum.listed, total: null, requests: pages });
  }
};

const compareRows = async (deps: TurnDeps, rows: readonly Row[], sum: Comparison): Promise<void> => {
  for await (const stored of storedRows(deps, rows))
    for (const [{ updated_ms }, item] of stored) {
      const version = item && rowVersion(item);
      sum.listed += 1;
      if (version === null) sum.missing += 1;
      else if (updated_ms !== null && version.updated_ms < updated_ms) sum.older += 1;
    }
};
