import type { IssueFields } from './issue.ts';

/** Raised whenever normalize reads a body differently, so that replay rewrites what older code stored. */
export const SCHEMA_VERSION = 2;

/** The delivery whose fields a snapshot shows. */
export type LastEvent = {
  event_id: string;
  event_type: string;
  idempotency_key: string;
  /** Phoenix time, `-07:00`. */
  received_at: string;
};

type Nullable<T> = { [K in keyof T]: T[K] extends string ? T[K] | null : T[K] };

/** The fields of an issue of which nothing full was ever delivered. */
export const NO_FIELDS: Nullable<IssueFields> = {
  issue_key: null,
  project_key: null,
  issue_type: null,
  issue_level: null,
  summary: null,
  description: null,
  status: null,
  status_category: null,
  priority: null,
  resolution: null,
  assignee: null,
  reporter: null,
  labels: [],
  components: [],
  fix_versions: [],
  affected_versions: [],
  parent_key: null,
  sprint: null,
  links: [],
  subtasks: [],
  due_date: null,
  created_at: null,
  updated_at: null,
  phoenix_updated_at: null,
  custom_fields: {},
  truncated: [],
};

/**
 * The snapshot as `GET /issues/{key or id}` answers it.
 * An issue known only by its deletion has null fields: nothing full was ever delivered.
 */
export type Snapshot = Nullable<IssueFields> & {
  tenant_id: string;
  issue_id: string;
  version: { updated_ms: number; timestamp_ms: number } | null;
  deleted: boolean;
  deleted_at: string | null;
  /** Id of the issue that has this one's key, when both say so: then this one is in no listing. */
  superseded_by: string | null;
  last_event: LastEvent | null;
  schema_version: number | null;
};
