import { isIssueId, lookupKey } from '../domain/issue-key.ts';
import { ConfigError } from '../errors/errors.ts';
import { JiraError } from '../jira/jira-error.ts';
import { listProjects, type Project } from '../store/reconcile/projects.ts';
import { type Session, walkOf } from './session.ts';

/** Whether a project is in scope, under any key it has or had. @param named keys in scope; null for all */
export const isInScope = (keys: readonly string[], named: readonly string[] | null): boolean => {
  const wanted = named && new Set(named.map(lookupKey));
  return wanted === null || keys.some((key) => wanted.has(lookupKey(key)));
};

/** Projects that a census has found, ordered by id. @param after only those after this id */
export const knownProjects = ({ deps }: Session, after: string | null = null): AsyncGenerator<Project> =>
  listProjects(walkOf(deps), after);

/** The condition that limits a search to the projects in scope; empty if all are. */
export const projectsClause = async (session: Session): Promise<string[]> => {
  const named = session.deps.projects;
  if (named === null) return [];
  const reading = namedIds.get(session) ?? readNamed(session, named);
  namedIds.set(session, reading);
  return [`project in (${(await reading).join(',')})`];
};

/** Read once per turn. */
const namedIds = new WeakMap<Session, Promise<string[]>>();

/** Ids of the named projects that exist and may be browsed: with any other id Jira refuses the whole search. */
const readNamed = async (session: Session, named: readonly string[]): Promise<string[]> => {
  const reads = await session.reads();
  const ids: string[] = [];
  for (const project of await reads.projects())
    if (isInScope(project.keys, named) && isIssueId(project.id) && (await reads.mayBrowse(project)))
      ids.push(project.id);
  if (ids.length === 0) throw unknownProjects(named);
  return ids;
};

/** @throws JiraError that says so if Jira refuses the projects themselves, not what is searched for in them */
export const checkScope = async (session: Session): Promise<void> => {
  const [clause] = await projectsClause(session);
  if (clause === undefined) return;
  await (await session.reads()).count(clause).catch((fault) => {
    throw isRefused(fault) ? refusedProjects(session) : fault;
  });
};

export const isRefused = (fault: unknown): boolean => fault instanceof JiraError && fault.fault === 'refused';

/** The next turn reads the ids again. */
const refusedProjects = ({ deps }: Session): JiraError =>
  new JiraError(
    'refused',
    `Jira refuses to search in the projects of RECONCILE_PROJECTS (${deps.projects?.join(', ')}), as it does when one of them is gone meanwhile, or may no longer be browsed: the next turn asks which are left.`,
  );

export const unknownProjects = (named: readonly string[]): ConfigError =>
  new ConfigError(
    `The account sees none of these projects: ${named.join(', ')}. Are the keys right, and may it browse them?`,
  );
