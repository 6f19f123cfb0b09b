import type { Connection, ConnectionSettings, ConnectionUse } from './connection.ts';
import { toUtcIso } from './instant.ts';

/** A connection as answers show it: never a credential, a digest, or input of a derived key. */
export type ConnectionView = Pick<
  Connection,
  'connection_id' | 'tenant_id' | 'kind' | 'auth' | 'status' | 'status_reason' | 'rev' | 'updated_by'
> &
  ConnectionSettings & {
    status_at: string;
    secret: { version: number; previous_until: string | null; last_used_at: string | null };
    last_received_at: string | null;
    last_refused_at: string | null;
    created_at: string;
    updated_at: string;
  };

const isoOrNull = (ms: number | null): string | null => (ms === null ? null : toUtcIso(ms));

/** Copies field by field, so that a new field of the row is not exposed by accident. */
export const toConnectionView = (row: Connection & ConnectionUse): ConnectionView => ({
  connection_id: row.connection_id,
  tenant_id: row.tenant_id,
  name: row.name,
  kind: row.kind,
  auth: row.auth,
  header_name: row.header_name,
  status: row.status,
  status_reason: row.status_reason,
  status_at: toUtcIso(row.status_ms),
  site_url: row.site_url,
  site_hosts: row.site_hosts,
  project_keys: row.project_keys,
  allowed_cidrs: row.allowed_cidrs,
  user_agent_prefix: row.user_agent_prefix,
  rate: row.rate,
  default_event_type: row.default_event_type,
  secret: {
    version: row.current.version,
    previous_until: isoOrNull(row.previous_until_ms),
    last_used_at: isoOrNull(row.last_used_ms),
  },
  last_received_at: isoOrNull(row.last_received_ms),
  last_refused_at: isoOrNull(row.last_refused_ms),
  rev: row.rev,
  created_at: toUtcIso(row.created_ms),
  updated_at: toUtcIso(row.updated_ms),
  updated_by: row.updated_by,
});
