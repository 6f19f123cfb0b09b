import type { IssueFields } from './issue.ts';

/** Raised whenever normalize reads a body differently, so that replay rewrites what older code stored. */
export const SCHEMA_VERSION = 1;

/** The delivery whose fields a snapshot shows. */
export type LastEvent = {
  event_id: string;
  event_type: string;
  idempotency_key: string;
  /** Phoenix time, `-07:00`. */
  received_at: string;
};

type Nullable<T> = {
  [K in keyof T]: T[K] extends unknown[] ? T[K] : T[K] extends string ? T[K] | null : T[K];
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
  last_event: LastEvent | null;
  schema_version: number;
};
