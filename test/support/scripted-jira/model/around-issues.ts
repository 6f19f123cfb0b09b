import type { Ledger } from './ledger.ts';
import type { Named, Project, Sprint, User } from './records.ts';

/** What issues name: nothing here raises an issue's `updated`. */
export const aroundIssuesOf = (ledger: Ledger) => {
  const { state } = ledger;

  const putProject = (project: Project, event: string): Project => {
    ledger.put({
      subject: `project ${project.id}`,
      apply: ({ projects }) => projects.set(project.id, project),
    });
    ledger.tell({ event, project });
    return project;
  };

  const putNamed = (kind: 'versions' | 'components', named: Named): Named => {
    ledger.put({ subject: `${kind} ${named.id}`, apply: (at) => at[kind].set(named.id, named) });
    return named;
  };

  const putSprint = (sprint: Sprint, event: string): Sprint => {
    ledger.put({ subject: `sprint ${sprint.id}`, apply: ({ sprints }) => sprints.set(sprint.id, sprint) });
    ledger.tell({ event, sprint });
    return sprint;
  };

  const putUser = (user: User): User => {
    ledger.put({ subject: `user ${user.id}`, apply: ({ users }) => users.set(user.id, user) });
    return user;
  };

  const known = <T>(found: T | undefined): T => {
    if (found === undefined) throw new Error('there is no such thing in the scripted Jira');
    return found;
  };

  return {
    /** The project of this key; made when there is none. */
    project: (key: string): Project => {
      const found = [...state.projects.values()].find(({ keys }) => keys.includes(key));
      const made = () => ({ id: ledger.nextId(), key, name: `Project ${key}`, keys: [key] });
      return found ?? putProject({ ...made(), status: 'live', browsable: true }, 'project_created');
    },
    /** A new key is the same project, and its old one leads to it. */
    changeProject: (id: number, changed: Partial<Omit<Project, 'id' | 'keys'>>): Project => {
      const before = known(state.projects.get(id));
      const keys = [...new Set([...before.keys, changed.key ?? before.key])];
      return putProject({ ...before, ...changed, keys }, 'project_updated');
    },
    version: ({ id: project_id }: Pick<Project, 'id'>, name: string): Named => {
      const version = putNamed('versions', { id: ledger.nextId(), name, project_id });
      ledger.tell({ event: 'jira:version_created', version });
      return version;
    },
    renameVersion: (id: number, name: string): Named => {
      const version = putNamed('versions', { ...known(state.versions.get(id)), name });
      ledger.tell({ event: 'jira:version_updated', version });
      return version;
    },
    /** Issues that have it show it no more. */
    removeVersion: (id: number): void => {
      const version = known(state.versions.get(id));
      ledger.put({ subject: `versions ${id}`, apply: ({ versions }) => versions.delete(id) });
      ledger.tell({ event: 'jira:version_deleted', version });
    },
    component: ({ id: project_id }: Pick<Project, 'id'>, name: string): Named =>
      putNamed('components', { id: ledger.nextId(), name, project_id }),
    renameComponent: (id: number, name: string): Named =>
      putNamed('components', { ...known(state.components.get(id)), name }),
    user: (name: string): User => putUser({ id: `user-${ledger.nextId()}`, name }),
    renameUser: (id: string, name: string): User => putUser({ ...known(state.users.get(id)), name }),
    sprint: (name: string, at: Sprint['state'] = 'active'): Sprint =>
      putSprint({ id: ledger.nextId(), name, state: at }, 'sprint_created'),
    changeSprint: (id: number, changed: Partial<Omit<Sprint, 'id'>>): Sprint =>
      putSprint({ ...known(state.sprints.get(id)), ...changed }, 'sprint_updated'),
  };
};
