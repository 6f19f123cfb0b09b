import type { Connection } from '../../domain/connection.ts';
import { toConnectionView } from '../../domain/connection-view.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { connectionKey } from '../calls/keys.ts';
import type { Item, Key } from '../calls/table.ts';
import type { Write } from '../calls/transact.ts';
import { adminEventItem, type ChangeRun, writeWithEvent } from '../events/admin-event.ts';
import type { EventStore } from '../events/put-event.ts';
import { connectionAttributes, connectionItem, USE } from './connection-row.ts';
import { tenantUpdate } from './tenants.ts';

/**
 * Creates the connection, its audit event and, with the first one, its tenant, in one transaction.
 * @returns `other-site` if its tenant has another Jira site
 * @throws UnavailableError
 */
export const createConnection = async (
  { table }: Pick<EventStore, 'table'>,
  connection: Connection,
  audit: Audit,
  run: ChangeRun,
): Promise<'created' | 'other-site'> => {
  const row: Write = {
    kind: 'put',
    item: connectionItem(connection),
    condition: 'attribute_not_exists(pk)',
  };
  const change = { connection, before: null, after: connection, rev: connection.rev };
  const place = { table, signal: run.signal };
  const done = await writeWithEvent(place, [row, tenantWrite(connection)], auditItem(change, audit, run));
  if (done === 'written') return 'created';
  if (done.failed.includes(TENANT)) return 'other-site';
  throw new UnavailableError('table', new Error('the id of a connection was taken'));
};

/**
 * Replaces what people decide of a connection, unless it was changed since it was read. What deliveries wrote stays.
 * @param before as it was read; `after` gets the next revision
 * @throws UnavailableError
 */
export const changeConnection = async (
  { table }: Pick<EventStore, 'table'>,
  before: Connection,
  after: Connection,
  audit: Audit,
  run: ChangeRun,
): Promise<'changed' | 'stale-revision' | 'other-site'> => {
  const rev = before.rev + 1;
  const change: Change = { connection: after, before, after: { ...after, rev }, rev };
  const writes = [rowChange(before, { ...after, rev })];
  if (before.site_url !== after.site_url) writes.push(tenantWrite(after));
  const place = { table, signal: run.signal };
  const done = await writeWithEvent(place, writes, auditItem(change, audit, run));
  if (done === 'written') return 'changed';
  return done.failed.includes(ROW) ? 'stale-revision' : 'other-site';
};

/** Deletes the connection; its events stay. @throws UnavailableError */
export const removeConnection = async (
  { table }: Pick<EventStore, 'table'>,
  before: Connection,
  audit: Audit,
  run: ChangeRun,
): Promise<'removed' | 'stale-revision'> => {
  const change: Change = { connection: before, before, after: null, rev: before.rev + 1 };
  const row: Write = { kind: 'delete', key: connectionKey(before.connection_id), ...unchanged(before) };
  const place = { table, signal: run.signal };
  const done = await writeWithEvent(place, [row], auditItem(change, audit, run));
  return done === 'written' ? 'removed' : 'stale-revision';
};

/** Positions of the writes in a transaction. */
const [ROW, TENANT] = [0, 1];

const unchanged = ({ rev }: Connection) => ({ condition: 'rev = :before', values: { ':before': rev } });

/** A rotation removes the time of last use, which belongs to the old version of the secret. */
const rowChange = (before: Connection, after: Connection): Write => {
  const { decided, rev, work_pk, work_sk } = connectionAttributes(after);
  const values = { ':decided': decided, ':rev': rev, ':work_pk': work_pk, ':work_sk': work_sk };
  const { condition, values: beforeValues } = unchanged(before);
  const set = 'SET decided = :decided, rev = :rev, work_pk = :work_pk, work_sk = :work_sk';
  const rotated = before.current.version !== after.current.version;
  return {
    kind: 'update',
    key: connectionKey(after.connection_id),
    update: rotated ? `${set} REMOVE ${USE.usedOf(before.current.version)}` : set,
    condition,
    values: { ...values, ...beforeValues },
  };
};

const tenantWrite = (connection: Connection): Write => ({ kind: 'update', ...tenantUpdate(connection) });

/** Who changed a connection, and how. `who`: the caller's ARN, or `local`. */
type Audit = { who: string; what: ConnectionChange };

type ConnectionChange =
  | 'connection-created'
  | 'connection-changed'
  | 'connection-rotated'
  | 'connection-activated'
  | 'connection-disabled'
  | 'connection-removed';

/** A change. `before`: null if there was no connection; `after`: null if there is none any more. */
type Change = {
  connection: Connection;
  before: Connection | null;
  after: Connection | null;
  rev: number;
};

/** The audit event of a change of a connection. */
const auditItem = (
  { connection: { connection_id, tenant_id }, before, after, rev }: Change,
  audit: Audit,
  run: { run_id: string; received_ms: number },
): Item & Key => {
  const row = { connection_id };
  return adminEventItem({ tenant_id, row, rev, ...audit, before: shown(before), after: shown(after) }, run);
};

/** The connection as answers show it: of its secret only the version, and until when the previous one verifies. */
const shown = (connection: Connection | null) => connection && toConnectionView({ ...UNUSED, ...connection });

/** Times of use of a connection without deliveries. */
const UNUSED = { last_received_ms: null, last_refused_ms: null, last_used_ms: null };
