import { lookupKey } from '../domain/issue-key.ts';
import { ConfigError } from '../errors/errors.ts';
import { listProjects, type Project } from '../store/reconcile/projects.ts';
import { placeOf, type Session } from './session.ts';

/** Whether a project counts, under any key it had. @param named keys of those that count; null for all */
export const isInScope = (keys: readonly string[], named: readonly string[] | null): boolean => {
  const wanted = named && new Set(named.map(lookupKey));
  return wanted === null || keys.some((key) => wanted.has(lookupKey(key)));
};

/** Projects that a census has found, in the order of their ids. @param after only those behind this id */
export const knownProjects = ({ deps }: Session, after: string | null = null): AsyncGenerator<Project> => {
  const { table, tenant } = deps;
  return listProjects({ table, tenant, newSignal: () => placeOf(deps).signal }, after);
};

/** The condition of a search that keeps to the projects that count; none where all do. */
export const projectsClause = async (session: Session): Promise<string[]> => {
  const named = session.deps.projects;
  if (named === null) return [];
  const ids: string[] = [];
  for await (const { id, keys } of knownProjects(session)) if (isInScope(keys, named)) ids.push(id);
  if (ids.length === 0) throw unknownProjects(named);
  return [`project in (${ids.join(',')})`];
};

export const unknownProjects = (named: readonly string[]): ConfigError =>
  new ConfigError(
    `The account sees none of these projects: ${named.join(', ')}. Are the keys right, and may it browse them?`,
  );
