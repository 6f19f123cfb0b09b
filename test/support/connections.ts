import { type Connection, newConnectionId } from '../../src/domain/connection.ts';
import { newRunId } from '../../src/platform/run-id.ts';
import type { ConnectionRow } from '../../src/store/connections/connection-row.ts';

const MADE = Date.UTC(2026, 10, 22, 19, 0, 0);

/** An active connection of tenant `retail`, with a derived secret of master 1. */
export const someConnection = (differing: Partial<Connection> = {}): Connection => ({
  connection_id: newConnectionId(),
  tenant_id: 'retail',
  kind: 'jira',
  auth: 'signature',
  name: 'Retail Jira',
  header_name: null,
  site_url: 'https://retail.example.net',
  site_hosts: [],
  project_keys: [],
  allowed_cidrs: [],
  user_agent_prefix: null,
  rate: null,
  default_event_type: null,
  status: 'active',
  status_reason: null,
  status_ms: MADE,
  current: { from: 'derived', version: 1, master: 1, encoding: 'text' },
  previous: null,
  previous_until_ms: null,
  secret_made_ms: MADE,
  rev: 1,
  created_ms: MADE,
  updated_ms: MADE,
  updated_by: 'local',
  ...differing,
});

/** The same as a row that no delivery has touched. */
export const someRow = (differing: Partial<ConnectionRow> = {}): ConnectionRow => ({
  ...someConnection(differing),
  last_received_ms: null,
  last_refused_ms: null,
  last_used_ms: null,
  ...differing,
});

/** A run of its own for one change. */
export const someRun = (received_ms = Date.now()) => ({
  run_id: newRunId(received_ms),
  received_ms,
  signal: AbortSignal.timeout(60_000),
});
