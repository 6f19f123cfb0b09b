import type { Item, Ledger } from './ledger.ts';
import { type Issue, keyOf, type Link, type Project } from './records.ts';

/** What may be said of a new issue, or changed of one. */
export type IssueChange = Partial<Omit<Issue, 'id' | 'number' | 'project_id' | 'subtasks'>>;

/** `silent`: no webhook tells it. `still`: `updated` stays as it is. */
export type How = { silent?: boolean; still?: boolean };

const NEW = {
  type: 'Story',
  summary: 'An issue of the scripted Jira',
  description: null,
  status: 'To Do',
  labels: [],
  assignee: null,
  fix_versions: [],
  affected_versions: [],
  components: [],
  sprints: [],
  links: [],
  parent: null,
  subtasks: [],
  custom: {},
  visible: true,
} as const satisfies Partial<Issue>;

const place = (project_id: number, number: number): string => `${project_id}-${number}`;

/** What people do with issues. */
export const issuesOf = (ledger: Ledger) => {
  const numbers = new Map<number, number>();

  const nextNumber = (project_id: number): number => {
    const number = (numbers.get(project_id) ?? 0) + 1;
    numbers.set(project_id, number);
    return number;
  };

  const put = (issue: Issue): Issue => {
    ledger.keys.set(place(issue.project_id, issue.number), issue.id);
    ledger.put({ subject: `issue ${issue.id}`, apply: ({ issues }) => issues.set(issue.id, issue) });
    return issue;
  };

  const get = (id: number): Issue => {
    const issue = ledger.state.issues.get(id);
    if (issue === undefined) throw new Error(`there is no issue ${id}`);
    return issue;
  };

  const replace = (before: Issue, changed: Partial<Issue>, { silent, still }: How, items: Item[]): Issue => {
    const updated_ms = still ? before.updated_ms : ledger.tick();
    const issue = put({ ...before, ...changed, updated_ms: changed.updated_ms ?? updated_ms });
    if (!silent) ledger.tell({ event: 'jira:issue_updated', issue, items });
    return issue;
  };

  /** A parent shows its sub-tasks, and its own `updated` does not move. */
  const adopt = (child: Issue): void => {
    const parent = child.parent === null ? undefined : ledger.state.issues.get(child.parent);
    if (parent === undefined || child.type !== 'Sub-task') return;
    put({ ...parent, subtasks: [...new Set([...parent.subtasks, child.id])] });
  };

  const forget = ({ id, parent }: Issue): void => {
    const before = parent === null ? undefined : ledger.state.issues.get(parent);
    if (before !== undefined) put({ ...before, subtasks: before.subtasks.filter((one) => one !== id) });
  };

  return {
    create: ({ id: project_id }: Pick<Project, 'id'>, said: IssueChange = {}, how: How = {}): Issue => {
      const now = ledger.tick();
      const own = { id: ledger.nextId(), project_id, number: nextNumber(project_id) };
      const issue = put({ ...NEW, created_ms: now, updated_ms: said.created_ms ?? now, ...said, ...own });
      adopt(issue);
      if (!how.silent) ledger.tell({ event: 'jira:issue_created', issue });
      return issue;
    },
    edit: (id: number, changed: IssueChange, how: How = {}): Issue =>
      replace(
        get(id),
        changed,
        how,
        Object.keys(changed).map((field) => ({ field, from: null, to: null })),
      ),
    /** It keeps its id, and its old key leads to it. */
    move: (id: number, { id: project_id }: Pick<Project, 'id'>, how: How = {}): Issue => {
      const before = get(id);
      const from = keyOf(ledger.state, before);
      const changed = { project_id, number: nextNumber(project_id), fix_versions: [], affected_versions: [] };
      const to = keyOf(ledger.state, { ...before, ...changed });
      return replace(before, { ...changed, components: [] }, how, [{ field: 'Key', from, to }]);
    },
    remove: (id: number, how: How = {}): void => {
      const issue = get(id);
      for (const [key, owner] of ledger.keys) if (owner === id) ledger.keys.delete(key);
      ledger.put({ subject: `issue ${id}`, apply: ({ issues }) => issues.delete(id) });
      forget(issue);
      if (!how.silent) ledger.tell({ event: 'jira:issue_deleted', issue });
    },
    /** Both ends show it. */
    link: (from: number, to: number, type = 'Blocks', how: How = {}): void => {
      const add = (id: number, link: Link) => replace(get(id), { links: [...get(id).links, link] }, how, []);
      add(from, { type, direction: 'outward', issue_id: to });
      add(to, { type, direction: 'inward', issue_id: from });
    },
    /** By id, key or any key that it or its project had. */
    find: (idOrKey: string): Issue | null => {
      const [, key, number] = /^(.+)-(\d+)$/.exec(idOrKey) ?? [];
      if (key === undefined) return ledger.state.issues.get(Number(idOrKey)) ?? null;
      const project = [...ledger.state.projects.values()].find(({ keys }) => keys.includes(key));
      const id = project && ledger.keys.get(place(project.id, Number(number)));
      return (id !== undefined && ledger.state.issues.get(id)) || null;
    },
  };
};
