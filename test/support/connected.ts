import { randomBytes } from 'node:crypto';
import { type Connection, secretHeader } from '../../src/domain/connection.ts';
import { sha256Hex } from '../../src/domain/event-id.ts';
import { CONNECTION_SENDERS } from '../../src/senders/registry.ts';
import {
  changeConnection,
  createConnection,
  removeConnection,
} from '../../src/store/connections/change-connection.ts';
import { getConnection } from '../../src/store/connections/connection-row.ts';
import type { EventStore } from '../../src/store/events/put-event.ts';
import { deriveSecret } from '../../src/verify/derived-keys.ts';
import { sign } from './app.ts';
import { someConnection, someRun } from './connections.ts';

const MASTER = 'ab'.repeat(32);

/** What `CONNECTIONS_MASTERS` is where connections of the tests deliver. */
export const MASTERS = JSON.stringify({ connections_master_1: MASTER });

/** A connection that is there, and what its sender was given. */
export type Connected = { connection: Connection; secret: string };

/** Makes an active connection; a secret of its own unless it is derived. */
export const connect = async (
  events: EventStore,
  differing: Partial<Connection> = {},
): Promise<Connected> => {
  const connection = someConnection(differing);
  const random = randomBytes(32).toString('hex');
  const digest = { from: 'digest', version: 1, sha256: sha256Hex(random) } as const;
  const made = connection.auth === 'signature' ? connection : { ...connection, current: digest };
  await createConnection(events, made, { who: 'local', what: 'connection-created' }, someRun());
  const secret = connection.auth === 'signature' ? secretOf(made, 1) : random;
  return { connection: made, secret };
};

/** The derived secret of a version, as it is shown. */
export const secretOf = ({ connection_id }: Connection, version: number): string =>
  deriveSecret(Buffer.from(MASTER, 'hex'), connection_id, 'receive', version, 'text').shown;

const nowOf = async ({ table }: EventStore, { connection }: Connected): Promise<Connection> => {
  const row = await getConnection({ table, signal: AbortSignal.timeout(30_000) }, connection.connection_id);
  if (row === null) throw new Error('the connection is not there');
  return row;
};

/** Changes what is stored of it, as an admin would. */
export const change = async (
  events: EventStore,
  connected: Connected,
  differing: Partial<Connection>,
): Promise<void> => {
  const before = await nowOf(events, connected);
  const audit = { who: 'local', what: 'connection-changed' } as const;
  await changeConnection(events, before, { ...before, ...differing }, audit, someRun());
};

export const remove = async (events: EventStore, connected: Connected): Promise<void> => {
  const before = await nowOf(events, connected);
  await removeConnection(events, before, { who: 'local', what: 'connection-removed' }, someRun());
};

/** How its sender proves itself: headers, and what is in its URL. */
export const credentialOf = (
  { connection }: Pick<Connected, 'connection'>,
  secret: string,
  body: Uint8Array,
): { headers: Record<string, string>; token: string | null } => {
  if (connection.auth === 'url') return { headers: {}, token: secret };
  if (connection.auth === 'header') return { headers: { [secretHeader(connection)]: secret }, token: null };
  const { scheme } = CONNECTION_SENDERS[connection.kind];
  const name = 'token' in scheme ? scheme.token : (scheme.hmac[0] ?? '');
  return { headers: { [name]: 'token' in scheme ? secret : sign(body, secret) }, token: null };
};
