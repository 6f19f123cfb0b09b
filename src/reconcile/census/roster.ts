import { isIssueId, lookupKey } from '../../domain/issue-key.ts';
import { JiraError } from '../../jira/jira-error.ts';
import type { JiraProject } from '../../jira/reads/reads.ts';
import { chunks } from '../../platform/chunks.ts';
import { type Project, putProjects } from '../../store/reconcile/projects.ts';
import { isInScope, knownProjects, unknownProjects } from '../scope.ts';
import type { Session } from '../session.ts';

/** Projects written with one call. */
const TOGETHER = 200;

/**
 * Reads the list of projects from Jira and stores those in scope.
 * @param generation number of the census; null for a census of only some projects: the stored generations stay
 * @param named keys of the projects in scope; null for all
 * @returns the projects in scope
 * @throws JiraError, or ConfigError, if there are none: to go on would look as if all projects were gone
 */
export const readRoster = async (
  session: Session,
  generation: number | null,
  named: readonly string[] | null,
): Promise<JiraProject[]> => {
  const found = (await (await session.reads()).projects()).filter(({ id }) => isIssueId(id));
  const counted = found.filter(({ keys }) => isInScope(keys, named));
  if (counted.length === 0) throw named === null ? NO_PROJECT : unknownProjects(named);
  const known = new Map<string, Project>();
  for await (const project of knownProjects(session)) known.set(project.id, project);
  const taken = new Set(found.map(({ key }) => lookupKey(key)));
  const rows = counted.map((project) => remembered(project, known.get(project.id), generation, taken));
  for (const some of chunks(rows, TOGETHER)) await putProjects(session.place(), some);
  return counted;
};

const NO_PROJECT = new JiraError(
  'permission',
  'The account sees no project at all. Give it the permission "Browse Projects" of those that are to be read.',
);

/** The row of a project, without old keys that another project now has: these lead to that project's issues. */
const remembered = (
  { id, key, keys }: JiraProject,
  known: Project | undefined,
  generation: number | null,
  taken: ReadonlySet<string>,
): Project => ({
  id,
  key,
  keys: [...new Set([key, ...[...keys, ...(known?.keys ?? [])].filter((old) => !taken.has(lookupKey(old)))])],
  generation: generation ?? known?.generation ?? 0,
  result: known?.result ?? null,
});
