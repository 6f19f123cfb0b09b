import type { JsonObject } from '../../../../src/domain/json.ts';

/** A record is never changed: what changes is which one a state holds. */
export type Project = {
  id: number;
  key: string;
  name: string;
  /** Every key it had, the one of now included. */
  keys: readonly string[];
  status: 'live' | 'archived' | 'deleted';
  /** False: an administrator's list shows it, but its issues may not be read. */
  browsable: boolean;
};

export type Named = { id: number; name: string; project_id: number };
export type User = { id: string; name: string };
export type Sprint = { id: number; name: string; state: 'active' | 'closed' | 'future' };
export type Link = { type: string; direction: 'inward' | 'outward'; issue_id: number };

export type Issue = {
  id: number;
  project_id: number;
  /** The digits of its key. */
  number: number;
  type: 'Story' | 'Task' | 'Epic' | 'Sub-task';
  summary: string;
  description: string | null;
  status: 'To Do' | 'In Progress' | 'Done';
  labels: readonly string[];
  assignee: string | null;
  fix_versions: readonly number[];
  affected_versions: readonly number[];
  components: readonly number[];
  sprints: readonly number[];
  links: readonly Link[];
  parent: number | null;
  subtasks: readonly number[];
  created_ms: number;
  updated_ms: number;
  /** Custom fields beside those that every issue has. */
  custom: JsonObject;
  /** False: hidden by issue security. */
  visible: boolean;
};

/** All that a site holds, or that its index saw of it. */
export type State = {
  projects: Map<number, Project>;
  versions: Map<number, Named>;
  components: Map<number, Named>;
  users: Map<string, User>;
  sprints: Map<number, Sprint>;
  issues: Map<number, Issue>;
};

export const emptyState = (): State => ({
  projects: new Map(),
  versions: new Map(),
  components: new Map(),
  users: new Map(),
  sprints: new Map(),
  issues: new Map(),
});

export const keyOf = ({ projects }: State, { project_id, number }: Issue): string =>
  `${projects.get(project_id)?.key}-${number}`;
