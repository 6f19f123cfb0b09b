import type { Connection } from '../../domain/connection.ts';
import { toConnectionView } from '../../domain/connection-view.ts';
import type { Item, Key } from '../calls/table.ts';
import { adminEventItem } from '../events/admin-event.ts';

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

/** The event that tells of a change of a connection. */
export const auditItem = (
  { connection: { connection_id, tenant_id }, before, after, rev }: Change,
  audit: Audit,
  run: { run_id: string; received_ms: number },
): Item & Key => {
  const row = { connection_id };
  return adminEventItem({ tenant_id, row, rev, ...audit, before: shown(before), after: shown(after) }, run);
};

/** As answers show it: nothing of its secret but the version, and until when the one before verifies. */
const shown = (connection: Connection | null) => connection && toConnectionView({ ...UNUSED, ...connection });

/** For a connection that no delivery has touched yet. */
const UNUSED = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };
