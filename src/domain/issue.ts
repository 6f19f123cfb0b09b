import type { Json } from './json.ts';

/** `id` is the accountId (Cloud), else the key, else the name (Server); an e-mail address is hashed. */
export type Person = { id: string | null; display_name: string | null };
export type Sprint = { id: string; name: string; state: string };
export type IssueLink = { type: string | null; direction: 'inward' | 'outward'; issue_key: string | null };
export type IssueLevel = 'epic' | 'standard' | 'subtask';

/** What a full delivery says of its issue. Absent is null or `[]`. Instants are UTC, `phoenix_*` UTC-7. */
export type IssueFields = {
  issue_key: string;
  project_key: string | null;
  issue_type: string | null;
  issue_level: IssueLevel | null;
  summary: string | null;
  description: string | null;
  status: string | null;
  status_category: string | null;
  priority: string | null;
  resolution: string | null;
  assignee: Person | null;
  reporter: Person | null;
  labels: string[];
  components: string[];
  fix_versions: string[];
  affected_versions: string[];
  parent_key: string | null;
  sprint: Sprint | null;
  links: IssueLink[];
  subtasks: string[];
  due_date: string | null;
  created_at: string | null;
  updated_at: string;
  phoenix_updated_at: string;
  custom_fields: { [customfield: string]: Json };
  /** Names of the fields that were dropped or cut so that the snapshot fits into an item. */
  truncated: string[];
};
