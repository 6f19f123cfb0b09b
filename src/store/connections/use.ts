import type { Connection, ConnectionUse } from '../../domain/connection.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { putNewest } from '../../platform/bounded-map.ts';
import { type Clock, type Moment, momentOf, passedBetween } from '../../platform/clock.ts';
import { updateIf } from '../calls/conditional-write.ts';
import { connectionKey } from '../calls/keys.ts';
import type { Table } from '../calls/table.ts';
import { type ConnectionRow, USE } from './connection-row.ts';

/** What a delivery records on its connection: received, with this version of the secret, or refused. */
export type Use = { what: 'received'; version: number } | { what: 'refused' };

/**
 * Stores when a connection was last used, at most once a minute for each process and connection. Best effort: it never
 * rejects, because a delivery must not fail for it, and the next use after a minute writes again.
 */
export type NoteUse = (row: ConnectionRow, use: Use, signal: AbortSignal) => Promise<void>;

type NoteOptions = {
  table: Table;
  clock: Clock;
  /** A monotonic clock; replaced in tests. */
  steady?: Clock;
};

/** How many times of writing are remembered; beyond that, writes are a little more frequent. */
const MOST_REMEMBERED = 2_000;

/** The notes of one process. */
export const createNoteUse = ({ table, clock, steady }: NoteOptions): NoteUse => {
  const written = new Map<string, Moment>();
  return async (row, use, signal) => {
    const now = momentOf(clock, steady);
    const names = attributesOf(row, use).filter((name) => {
      const last = written.get(`${row.connection_id} ${name}`);
      return last === undefined || passedBetween(last, now) >= MINUTE_MS;
    });
    if (names.length === 0) return;
    for (const name of names) putNewest(written, `${row.connection_id} ${name}`, now, MOST_REMEMBERED);
    const update = `SET ${names.map((name) => `${name} = :now`).join(', ')}`;
    const values = { ':now': now.wall };
    const key = connectionKey(row.connection_id);
    await updateIf({ table, signal }, { key, update, values, condition: 'attribute_exists(pk)' }).catch(
      () => {},
    );
  };
};

/** A delivery with the previous version is not a use of the current secret. */
const attributesOf = ({ current }: Connection & ConnectionUse, use: Use): string[] => {
  if (use.what === 'refused') return [USE.refused];
  return use.version === current.version ? [USE.received, USE.usedOf(use.version)] : [USE.received];
};
