import type { Connection } from '../../domain/connection.ts';
import { toConnectionView } from '../../domain/connection-view.ts';
import { adminEventId, sha256Hex } from '../../domain/event-id.ts';
import { toUtcIso } from '../../domain/instant.ts';
import type { Item, Key } from '../calls/table.ts';
import { encodeEventBody } from '../events/event-body.ts';
import { eventItem, expirySeconds, type StoredEvent } from '../events/event-row.ts';

/** Who changed a connection, and how. `who`: the caller's ARN, or `local`. */
export type Audit = { who: string; what: ConnectionChange };

type ConnectionChange =
  | 'connection-created'
  | 'connection-changed'
  | 'connection-rotated'
  | 'connection-activated'
  | 'connection-disabled'
  | 'connection-removed';

/** A change: `before` null where there was no connection, `after` null where there is none any more. */
export type Change = {
  connection: Connection;
  before: Connection | null;
  after: Connection | null;
  rev: number;
};

/** How long a change can be looked up: a year, and the month after it. */
const RETENTION_DAYS = 400;

/** The event that tells of a change of a connection. Its id is that of the row's new revision. */
export const auditItem = (
  { connection, before, after, rev }: Change,
  { who, what }: Audit,
  run: { run_id: string; received_ms: number },
): Item & Key => {
  const { connection_id, tenant_id } = connection;
  const at = toUtcIso(run.received_ms);
  const said = { who, what, at, rev, connection_id, before: shown(before), after: shown(after) };
  const raw = Buffer.from(JSON.stringify(said));
  const event: StoredEvent = {
    event_id: adminEventId(tenant_id, connection_id, rev),
    tenant: tenant_id,
    source: 'admin',
    facts: {
      issue_id: null,
      issue_key: null,
      project_key: null,
      event_type: what,
      issue_event_type: null,
      changes: [],
      actor: null,
      occurred_ms: run.received_ms,
      unread_fields: [],
    },
    idempotency_key: sha256Hex(raw),
    received_ms: run.received_ms,
    problem: null,
    event_name: null,
    secret: null,
    connection_id,
    raw_stored_apart: false,
    outcome: 'recorded',
    run_id: run.run_id,
  };
  const expiresAt = expirySeconds(run.received_ms, 'recorded', RETENTION_DAYS);
  return eventItem(event, encodeEventBody(event, raw), expiresAt);
};

/** As answers show it: nothing of its secret but the version, and until when the one before verifies. */
const shown = (connection: Connection | null) => connection && toConnectionView({ ...UNUSED, ...connection });

/** For a connection that no delivery has touched yet. */
const UNUSED = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };
