import { QUARANTINED_TAG, TTL_ATTRIBUTE } from '../../contract/table.ts';
import { withChangesPath } from '../../domain/bound-changes.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { Objects } from '../../platform/objects.ts';
import { putIf } from '../calls/conditional-write.ts';
import type { Item, Table } from '../calls/table.ts';
import { type EventContents, encodeEventBody, MAX_EVENT_BODY_BYTES } from './event-body.ts';
import { decodeEvent, eventItem, expirySeconds, type StoredEvent } from './event-row.ts';

export type EventStore = { table: Table; rawBodies: RawBodies; retention_days: number };

/** Where raw bodies that are too large for an item are stored. */
export type RawBodies = {
  /**
   * Durable when it resolves; replaces what was stored before.
   * @param quarantined whether its event is quarantined: the bucket keeps such bodies longer, as the table does events
   * @throws UnavailableError
   */
  put(eventId: string, bytes: Uint8Array, quarantined: boolean, abortSignal: AbortSignal): Promise<void>;
  /** Null when there is none. @throws UnavailableError */
  get(eventId: string, abortSignal: AbortSignal): Promise<Buffer | null>;
  /** Absent afterwards, whether or not it was there. @throws UnavailableError */
  remove(eventId: string, abortSignal: AbortSignal): Promise<void>;
};

/**
 * Returns the event's compressed body, small enough for an item. A raw body that does not fit goes to the artifact
 * store now, before anything of the delivery is written: no event points at a missing body, and while the artifact
 * store is down a delivery changes nothing.
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

/** Drops the changes, by far the largest part, from facts too large for an item, and lists them as unread. */
const withoutChanges = (event: EventContents): EventContents =>
  event.facts === null
    ? event
    : {
        ...event,
        facts: { ...event.facts, changes: [], unread_fields: withChangesPath(event.facts.unread_fields) },
      };

/** A body this far below the limit fits, whatever its unsigned parts are. */
const SURELY_FITS_BYTES = 300_000;

/**
 * True if an event fits into an item, measured without its unsigned parts: they must not decide what is kept. They are
 * short, and the limit leaves room for them.
 */
const fits = (event: EventContents, raw: Uint8Array, encoded: Uint8Array): boolean => {
  if (encoded.length <= SURELY_FITS_BYTES) return true;
  const { headers: _headers, query: _query, ...rest } = event;
  const signed = { ...rest, idempotency_key: '', event_name: null, secret: null, received_ms: 0 };
  return encodeEventBody(signed, raw).length <= MAX_EVENT_BODY_BYTES;
};

/**
 * Puts the event if it is absent, after `prepareEventBody` has stored a raw body that does not fit into it.
 * @param body `stored`: as `prepareEventBody` made it from `raw`
 * @returns null if this one was written; else the existing event, whose raw body keeps its retention
 * @throws UnavailableError
 */
export const putEventOnce = async (
  store: EventStore,
  event: StoredEvent,
  body: { stored: Uint8Array; raw: Uint8Array },
  signal: AbortSignal,
): Promise<StoredEvent | null> => {
  const row = await putEvent(store, event, body.stored, signal);
  if (row === null) return null;
  const before = decodeEvent(row).event;
  await keepAsBefore(store, before, event, body.raw, signal);
  return before;
};

/** The existing event decides how long its raw body is kept, whatever the outcome of the same bytes would be now. */
const keepAsBefore = async (
  { rawBodies }: EventStore,
  before: StoredEvent,
  now: StoredEvent,
  raw: Uint8Array,
  signal: AbortSignal,
): Promise<void> => {
  const quarantined = isQuarantined(before);
  if (before.raw_stored_apart && quarantined !== isQuarantined(now))
    await rawBodies.put(before.event_id, raw, quarantined, signal);
};

const isQuarantined = ({ outcome }: StoredEvent): boolean => outcome === 'quarantined';

/** Absent or expired: DynamoDB removes expired items days late, and reads skip them meanwhile. */
const IS_ABSENT = `attribute_not_exists(pk) OR ${TTL_ATTRIBUTE} <= :now`;

/**
 * Puts the event if it is absent: the first writer wins, and the event never changes afterwards.
 * @param body as `prepareEventBody` made it
 * @returns the existing row, or null if this one was written. A row with this invocation's `run_id` was written by an
 * earlier try inside the SDK whose answer was lost, and is no duplicate.
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
  // The existing event was erased meanwhile: nothing is stored, so nothing may be acknowledged.
  const row = await result.row();
  if (row === null) throw new UnavailableError('table', new Error('the event vanished'));
  return row.run_id === event.run_id ? null : row;
};

/**
 * Replaces an event that was quarantined or stored without an issue: the only change that an event ever undergoes. It
 * keeps its place and time; its retention starts now and is that of any other event.
 * @returns false if it is not (or no longer) as in `before`.
 */
export const releaseEvent = async (
  store: EventStore,
  { before, event }: { before: StoredEvent; event: StoredEvent },
  body: Uint8Array,
  nowMs: number,
  signal: AbortSignal,
): Promise<boolean> => {
  const item = eventItem(event, body, expirySeconds(nowMs, event.outcome, store.retention_days));
  const condition = 'outcome = :outcome AND run_id = :run';
  const put = { item, condition, values: { ':outcome': before.outcome, ':run': before.run_id } };
  return (await putIf({ table: store.table, signal }, put)).written;
};

/** Raw bodies among the objects of a bucket or folder. */
export const rawBodiesIn = (objects: Objects): RawBodies => ({
  put: (eventId, bytes, quarantined, signal) => {
    const labels = { tagging: `${QUARANTINED_TAG}=${quarantined}` };
    return objects.put({ key: keyOf(eventId), bytes, labels }, signal);
  },
  get: (eventId, signal) => objects.get(keyOf(eventId), signal),
  remove: (eventId, signal) => objects.remove(keyOf(eventId), signal),
});

/** The key of a raw body, in the bucket and in the folder alike. */
const keyOf = (eventId: string): string => `artifacts/raw/${eventId}`;
