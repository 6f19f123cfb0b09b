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
   * @param quarantined whether its event is: the bucket keeps such bodies longer, as the table keeps their events
   * @throws UnavailableError
   */
  put(eventId: string, bytes: Uint8Array, quarantined: boolean, abortSignal: AbortSignal): Promise<void>;
  /** Null when there is none. @throws UnavailableError */
  get(eventId: string, abortSignal: AbortSignal): Promise<Buffer | null>;
  /** Absent afterwards, whether or not it was there. @throws UnavailableError */
  remove(eventId: string, abortSignal: AbortSignal): Promise<void>;
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

/** Facts too large for an item lose their changes, by far the largest part, and say so. */
const withoutChanges = (event: EventContents): EventContents =>
  event.facts === null
    ? event
    : {
        ...event,
        facts: { ...event.facts, changes: [], unread_fields: withChangesPath(event.facts.unread_fields) },
      };

/** A body so far below the limit fits, whatever else it says of the delivery. */
const SURELY_FITS_BYTES = 300_000;

/**
 * True when an event fits into an item, measured without what is not signed: that must not decide what is kept. It
 * is short, and the limit leaves room for it.
 */
const fits = (event: EventContents, raw: Uint8Array, encoded: Uint8Array): boolean => {
  if (encoded.length <= SURELY_FITS_BYTES) return true;
  const { headers: _headers, query: _query, ...rest } = event;
  const signed = { ...rest, idempotency_key: '', event_name: null, secret: null, received_ms: 0 };
  return encodeEventBody(signed, raw).length <= MAX_EVENT_BODY_BYTES;
};

/**
 * Puts the event if it is absent, after its raw body was put aside by `prepareEventBody`.
 * @param body `stored`: as `prepareEventBody` made it, of `raw`
 * @returns null when this one was written; else the event that was there before, its raw body kept as it was
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

/** The event that was there first says how long its body is kept, whatever this attempt made of the same bytes. */
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
 * Stores an event anew that was kept aside, in quarantine or as one of no issue: the only change an event ever sees. It
 * keeps its place and time, and from now on it is kept as long as any other event.
 * @returns false when it is not what it was before (any more).
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
