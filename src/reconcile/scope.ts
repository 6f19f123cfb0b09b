import { isIssueId, lookupKey } from '../domain/issue-key.ts';
import { ConfigError } from '../errors/errors.ts';
import { JiraError } from '../jira/jira-error.ts';
import { listProjects, type Project } from '../store/reconcile/projects.ts';
import { type Session, walkOf } from './session.ts';

/** Whether a project counts, under any key it had. @param named keys of those that count; null for all */
export const isInScope = (keys: readonly string[], named: readonly string[] | null): boolean => {
  const wanted = named && new Set(named.map(lookupKey));
  return wanted === null || keys.some((key) => wanted.has(lookupKey(key)));
};

/** Projects that a census has found, in the order of their ids. @param after only those behind this id */
export const knownProjects = ({ deps }: Session, after: string | null = null): AsyncGenerator<Project> =>
  listProjects(walkOf(deps), after);

/** The condition of a search that keeps to the projects that count; none where all do. */
export const projectsClause = async (session: Session): Promise<string[]> => {
  const named = session.deps.projects;
  if (named === null) return [];
  const reading = namedIds.get(session) ?? readNamed(session, named);
  namedIds.set(session, reading);
  return [`project in (${(await reading).join(',')})`];
};

/** Asked for once in a turn. */
const namedIds = new WeakMap<Session, Promise<string[]>>();

/** Those of now: one that is gone, or may not be browsed, would make Jira refuse the whole search. */
const readNamed = async (session: Session, named: readonly string[]): Promise<string[]> => {
  const reads = await session.reads();
  const ids: string[] = [];
  for (const project of await reads.projects())
    if (isInScope(project.keys, named) && isIssueId(project.id) && (await reads.mayBrowse(project)))
      ids.push(project.id);
  if (ids.length === 0) throw unknownProjects(named);
  return ids;
};

/** @throws JiraError that says so when Jira refuses these projects themselves, and not what is searched for in them */
export const checkScope = async (session: Session): Promise<void> => {
  const [clause] = await projectsClause(session);
  if (clause === undefined) return;
  await (await session.reads()).count(clause).catch((fault) => {
    throw isRefused(fault) ? refusedProjects(session) : fault;
  });
};

export const isRefused = (fault: unknown): boolean => fault instanceof JiraError && fault.fault === 'refused';

/** Asked for anew in the next turn. */
const refusedProjects = ({ deps }: Session): JiraError =>
  new JiraError(
    'refused',
    `Jira refuses to search in the projects of RECONCILE_PROJECTS (${deps.projects?.join(', ')}), as it does when one of them is gone meanwhile, or may no longer be browsed: the next turn asks which are left.`,
  );

export const unknownProjects = (named: readonly string[]): ConfigError =>
  new ConfigError(
    `The account sees none of these projects: ${named.join(', ')}. Are the keys right, and may it browse them?`,
  );
