import type { EventView } from '../domain/delivery.ts';
import type { Run } from '../http/request.ts';
import type { Item, Table } from '../store/calls/table.ts';
import { loadEvents } from '../store/events/read-events.ts';
import { newPageRoom } from './listing.ts';

/** `last`: the last entry looked at, if not all were. */
export type EventPage = { events: EventView[]; last: Item | null };

/** As many of the events behind these entries as a page has room for. */
export const fillEvents = async (table: Table, entries: Item[], run: Run): Promise<EventPage> => {
  const events: EventView[] = [];
  const room = newPageRoom();
  let last: Item | null = null;
  for await (const { entry, event, bytes } of loadEvents(
    { table, signal: run.signal },
    entries,
    run.received_ms,
  )) {
    if (!room.read(bytes) || (event !== null && !room.take(event))) return { events, last };
    if (event !== null) events.push(event);
    last = entry;
  }
  return { events, last: null };
};
