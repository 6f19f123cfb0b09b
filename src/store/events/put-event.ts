import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { withChangesPath } from '../../domain/bound-changes.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { putIf } from '../calls/conditional-write.ts';
import type { Item, Table } from '../calls/table.ts';
import { encodeEventBody, MAX_EVENT_BODY_BYTES } from './event-body.ts';
import type { EventContents, StoredEvent } from './event-definition.ts';
import { eventItem, expirySeconds } from './event-row.ts';
import type { RawBodies } from './raw-bodies.ts';

export type EventStore = { table: Table; rawBodies: RawBodies; retention_days: number };

/** Facts too large for an item lose their changes, by far the largest part, and say so. */
const withoutChanges = (event: EventContents): EventContents =>
  event.facts === null
    ? event
    : {
        ...event,
        facts: {
          ...event.facts,
          changes: [],
          unread_fields: withChangesPath(event.facts.unread_fields),
        },
      };

/** A body so far below the limit fits, whatever tells of the delivery in it. */
const SURELY_FITS_BYTES = 300_000;

/**
 * True when an event fits into an item, measured without what nobody signed: that must not decide what is kept. It
 * is short, and the limit leaves room for it.
 */
const fits = (event: EventContents, raw: Uint8Array, encoded: Uint8Array): boolean => {
  if (encoded.length <= SURELY_FITS_BYTES) return true;
  const signed = { ...event, idempotency_key: '', event_name: null, secret: null, received_ms: 0 };
  return encodeEventBody(signed, raw).length <= MAX_EVENT_BODY_BYTES;
};

/**
 * The event's compressed body, small enough for an item. A raw body that does not fit goes to the artifact
 * store now, before anything of the delivery is written: no event points at a body that is not there, and
 * while the artifact store is down a delivery changes nothing.
 */
export const prepareEventBody = async (
  store: EventStore,
  event: EventContents,
  raw: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> => {
  const body = encodeEventBody(event, raw);
  if (fits(event, raw, body)) return body;
  await store.rawBodies.put(event.event_id, raw, event.problem !== null, signal);
  const apart = { ...event, raw_stored_apart: true };
  const encoded = encodeEventBody(apart, raw);
  return fits(apart, raw, encoded) ? encoded : encodeEventBody(withoutChanges(apart), raw);
};

/** Absent, or over: DynamoDB removes expired items days late, and nothing shows them meanwhile. */
const IS_ABSENT = `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :now`;

/**
 * Puts the event if it is absent: the first writer wins, and the event never changes afterwards.
 * @param body as `prepareEventBody` made it
 * @returns the row that was there before, or null when this one was written. A row with this invocation's
 * `run_id` was written by a retry inside the SDK whose first answer got lost, and is no duplicate.
 */
export const putEvent = async (
  store: EventStore,
  event: StoredEvent,
  body: Uint8Array,
  signal: AbortSignal,
): Promise<Item | null> => {
  const item = eventItem(event, body, expirySeconds(event.received_ms, event.outcome, store.retention_days));
  const values = { ':now': Math.floor(event.received_ms / 1000) };
  const result = await putIf({ table: store.table, signal }, { item, condition: IS_ABSENT, values });
  if (result.written) return null;
  // Erased since: nothing is stored now, so nothing may be acknowledged.
  const row = await result.row();
  if (row === null) throw new UnavailableError('table', new Error('the event vanished'));
  return row.run_id === event.run_id ? null : row;
};

/**
 * Takes an event out of quarantine: the only change an event ever sees. It keeps its place and time, and
 * from now on it is kept as long as any other event.
 * @returns false when it is not in quarantine (any more).
 */
export const releaseEvent = async (
  store: EventStore,
  event: StoredEvent,
  body: Uint8Array,
  nowMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const item = eventItem(event, body, expirySeconds(nowMs, event.outcome, store.retention_days));
  const condition = 'outcome = :quarantined';
  const put = { item, condition, values: { ':quarantined': 'quarantined' } };
  return (await putIf({ table: store.table, signal }, put)).written;
};
