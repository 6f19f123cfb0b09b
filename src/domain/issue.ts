import type { Json } from './json.ts';

/** `id` is the accountId (Cloud), else the key, else the name (Server); an e-mail address is hashed. */
export type Person = { id: string | null; display_name: string | null };
export type Sprint = { id: string; name: string; state: string };
export type IssueLink = { type: string | null; direction: 'inward' | 'outward'; issue_key: string | null };
export type IssueLevel = 'epic' | 'standard' | 'subtask';

/** The fields of an issue in a full delivery. Absent is null or `[]`. Instants are UTC, `phoenix_*` UTC-7. */
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

/** Incremented whenever normalize reads a body differently, so that a replay rewrites what older code stored. */
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

/** The fields of an issue that was never delivered in full. */
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
 * The snapshot as `GET /issues/{key or id}` returns it.
 * An issue known only by its deletion has null fields: it was never delivered in full.
 */
export type Snapshot = Nullable<IssueFields> & {
  tenant_id: string;
  issue_id: string;
  version: { updated_ms: number; timestamp_ms: number } | null;
  deleted: boolean;
  deleted_at: string | null;
  /** Id of the newer issue that has taken this issue's key, if any: then this one appears in no listing. */
  superseded_by: string | null;
  last_event: LastEvent | null;
  schema_version: number | null;
};

/**
 * The version of a snapshot's fields, compared part by part in this order.
 * `updated` first: the delivery of a comment has an older `updated` with a newer `timestamp`.
 * `event_id` only breaks ties, so that any order of arrival ends in the same snapshot.
 */
export type Version = { updated_ms: number; timestamp_ms: number; event_id: string };

/** True when both are the same version of the same delivery's bytes. */
export const sameVersion = (a: Version, b: Version): boolean =>
  a.updated_ms === b.updated_ms && a.timestamp_ms === b.timestamp_ms && a.event_id === b.event_id;

/** True when `a` is newer than `b`. */
export const isNewer = (a: Version, b: Version): boolean => {
  if (a.updated_ms !== b.updated_ms) return a.updated_ms > b.updated_ms;
  if (a.timestamp_ms !== b.timestamp_ms) return a.timestamp_ms > b.timestamp_ms;
  return a.event_id > b.event_id;
};

/** A known, not deleted issue that is neither an epic nor a sub-task; an unknown level counts as neither. */
export const isStory = ({ version, deleted, issue_level }: Snapshot): boolean =>
  version !== null && !deleted && issue_level !== 'epic' && issue_level !== 'subtask';
