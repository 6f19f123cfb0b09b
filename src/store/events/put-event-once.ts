import type { StoredEvent } from './event-definition.ts';
import { decodeEvent } from './event-row.ts';
import { type EventStore, putEvent } from './put-event.ts';

const isQuarantined = ({ outcome }: StoredEvent): boolean => outcome === 'quarantined';

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
