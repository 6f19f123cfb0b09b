import * as z from 'zod/mini';
import {
  CONNECTION_AUTHS,
  CONNECTION_STATUSES,
  type Connection,
  type ConnectionUse,
  type Credential,
  isConnectionId,
  SECRET_ENCODINGS,
} from '../../domain/connection.ts';
import { CONNECTION_KINDS } from '../../domain/source.ts';
import { isTenant } from '../../domain/tenant.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { readChecked, readJson } from '../calls/checked-row.ts';
import { connectionKey, connectionsPartition, timeSort } from '../calls/keys.ts';
import { getItem, type Item, type Key, type TableCall, type Walk } from '../calls/table.ts';
import { listRows } from '../calls/worklist.ts';

/** A connection as it is stored. */
export type ConnectionRow = Connection & ConnectionUse;

/**
 * The row of a connection. What people decide is JSON in one attribute, so that a change replaces all of it and nothing
 * else: what deliveries write has attributes of its own.
 */
export const connectionItem = (connection: Connection): Item & Key => ({
  ...connectionKey(connection.connection_id),
  ...connectionAttributes(connection),
});

/** The attributes that a change writes; the last two list the connection under its tenant. */
export const connectionAttributes = (connection: Connection & Partial<ConnectionUse>) => {
  const { last_received_ms: _, last_refused_ms: __, last_used_ms: ___, ...decided } = connection;
  return {
    decided: JSON.stringify(decided),
    rev: connection.rev,
    work_pk: connectionsPartition(connection.tenant_id),
    work_sk: `${timeSort(connection.created_ms)}#${connection.connection_id}`,
  };
};

/** Attributes that deliveries write. Each version of a secret has its own: a late write says nothing of newer ones. */
export const USE = {
  received: 'last_received_ms',
  refused: 'last_refused_ms',
  usedOf: (version: number): string => `last_used_${version}_ms`,
};

/** Decodes a row. @throws UnreadableRowError if our code cannot have written it, or only newer code can */
export const readConnectionRow = (row: Item): ConnectionRow => {
  const { decided, rev } = readChecked(rowSchema, row);
  const read = readJson(decidedSchema, row, () => decided);
  if (read.rev !== rev || connectionKey(read.connection_id).pk !== row.pk)
    throw new UnreadableRowError(row, 'decided', null);
  return {
    ...read,
    last_received_ms: timeIn(row, USE.received),
    last_refused_ms: timeIn(row, USE.refused),
    last_used_ms: timeIn(row, USE.usedOf(read.current.version)),
  };
};

const timeIn = (row: Item, name: string): number | null => {
  const value = row[name];
  return typeof value === 'number' ? value : null;
};

const text = z.string();
const textOrNull = z.nullable(text);
const number = z.number();
const numberOrNull = z.nullable(number);
const texts = z.array(text);
const whole = z.int().check(z.positive());

const rowSchema = z.object({ decided: text, rev: whole });

/** One version of a secret of a row: of a connection, or a signing key. */
export const credential = z.discriminatedUnion('from', [
  z.looseObject({
    from: z.literal('derived'),
    version: whole,
    master: whole,
    encoding: z.enum(SECRET_ENCODINGS),
  }),
  z.looseObject({
    from: z.literal('sealed'),
    version: whole,
    master: whole,
    encoding: z.enum(SECRET_ENCODINGS),
    sealed: text,
  }),
  z.looseObject({
    from: z.literal('digest'),
    version: whole,
    sha256: text.check(z.regex(/^[0-9a-f]{64}$/)),
  }),
]) satisfies z.ZodMiniType<Credential>;

/** Loose, so that a change by this code keeps fields that newer code wrote. */
const decidedSchema = z.looseObject({
  connection_id: text.check(z.refine(isConnectionId)),
  tenant_id: text.check(z.refine(isTenant)),
  kind: z.enum(CONNECTION_KINDS),
  auth: z.enum(CONNECTION_AUTHS),
  name: text,
  header_name: textOrNull,
  site_url: textOrNull,
  site_hosts: texts,
  project_keys: texts,
  allowed_cidrs: texts,
  user_agent_prefix: textOrNull,
  rate: z.nullable(z.looseObject({ per_minute: number.check(z.positive()) })),
  default_event_type: textOrNull,
  status: z.enum(CONNECTION_STATUSES),
  status_reason: textOrNull,
  status_ms: number,
  current: credential,
  previous: z.nullable(credential),
  previous_until_ms: numberOrNull,
  secret_made_ms: number,
  rev: whole,
  created_ms: number,
  updated_ms: number,
  updated_by: text,
}) satisfies z.ZodMiniType<Connection>;

/** Reads a connection of any tenant (strongly consistent). @throws UnreadableRowError, UnavailableError */
export const getConnection = async (
  place: TableCall,
  connectionId: string,
): Promise<ConnectionRow | null> => {
  const row = await getItem(place, connectionKey(connectionId));
  return row && readConnectionRow(row);
};

/**
 * A tenant's connections in the order of their creation, page by page, as `listRows` returns them.
 * @throws UnreadableRowError, UnavailableError
 */
export async function* listConnections(walk: Walk): AsyncGenerator<ConnectionRow[]> {
  for await (const rows of listRows(walk, connectionsPartition(walk.tenant)))
    yield rows.map(readConnectionRow);
}
