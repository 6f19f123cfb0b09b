import { TTL_ATTRIBUTE } from '../contract/table.ts';
import { UnavailableError } from '../errors/errors.ts';
import { putIf } from './conditional-write.ts';
import {
  encodeEventBody,
  eventItem,
  expirySeconds,
  MAX_EVENT_BODY_BYTES,
  type StoredEvent,
} from './event-row.ts';
import type { RawBodies } from './raw-bodies.ts';
import type { Item, Table } from './table-client.ts';

export type EventStore = { table: Table; rawBodies: RawBodies; retention_days: number };

/** Facts too large for an item lose their changes, the one part without a bound, and say so. */
const withoutChanges = (event: StoredEvent): StoredEvent =>
  event.facts === null
    ? event
    : {
        ...event,
        facts: {
          ...event.facts,
          changes: [],
          unread_fields: [...event.facts.unread_fields, 'changelog.items'],
        },
      };

/**
 * The event and its compressed body, small enough for an item. A raw body that does not fit goes to the
 * artifact store first, so that an event never points at a body that is not there.
 */
const fitEvent = async (
  store: EventStore,
  event: StoredEvent,
  raw: Uint8Array,
  abortSignal: AbortSignal,
): Promise<Buffer> => {
  const body = encodeEventBody(event, raw);
  if (body.length <= MAX_EVENT_BODY_BYTES) return body;
  await store.rawBodies.put(event.event_id, raw, abortSignal);
  const apart = encodeEventBody({ ...event, raw_stored_apart: true }, raw);
  return apart.length <= MAX_EVENT_BODY_BYTES
    ? apart
    : encodeEventBody({ ...withoutChanges(event), raw_stored_apart: true }, raw);
};

/** Absent, or over: DynamoDB removes expired items days late, and nothing shows them meanwhile. */
const IS_ABSENT = `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :now`;

/**
 * Puts the event if it is absent: the first writer wins, and the event never changes afterwards.
 * @returns the row that was there before, or null when this one was written. A row with this invocation's
 * `run_id` was written by a retry inside the SDK whose first answer got lost, and is no duplicate.
 */
export const putEvent = async (
  store: EventStore,
  event: StoredEvent,
  raw: Uint8Array,
  abortSignal: AbortSignal,
): Promise<Item | null> => {
  const body = await fitEvent(store, event, raw, abortSignal);
  const item = eventItem(event, body, expirySeconds(event.received_ms, event.outcome, store.retention_days));
  const values = { ':now': Math.floor(event.received_ms / 1000) };
  const result = await putIf(store.table, { item, condition: IS_ABSENT, values }, abortSignal);
  if (result.written) return null;
  // Erased since: nothing is stored now, so nothing may be acknowledged.
  if (result.row === null) throw new UnavailableError('table', new Error('the event vanished'));
  return result.row.run_id === event.run_id ? null : result.row;
};

/**
 * Takes an event out of quarantine: the only change an event ever sees. It keeps its place and time, and
 * from now on it is kept as long as any other event.
 * @returns false when it is not in quarantine (any more).
 */
export const releaseEvent = async (
  store: EventStore,
  event: StoredEvent,
  raw: Uint8Array,
  nowMs: number,
  abortSignal: AbortSignal,
): Promise<boolean> => {
  const body = await fitEvent(store, event, raw, abortSignal);
  const item = eventItem(event, body, expirySeconds(nowMs, event.outcome, store.retention_days));
  const condition = 'outcome = :quarantined';
  const put = { item, condition, values: { ':quarantined': 'quarantined' } };
  return (await putIf(store.table, put, abortSignal)).written;
};
