import { type EventFacts, type EventView, type Processing, withoutTraits } from '../../domain/delivery.ts';
import { toPhoenixIso, toUtcIso } from '../../domain/instant.ts';
import { chunks } from '../../platform/chunks.ts';
import { eventKey } from '../calls/keys.ts';
import { readRowsOf } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place, type TableCall } from '../calls/table.ts';
import { decodeEvent, eventIdOf, isExpired, type StoredEvent } from './event-row.ts';
import { PENDING, readProcessing } from './processing.ts';

/**
 * A tenant's event with its raw body, or null. `raw` is null when the body is stored in the artifact store. An id does
 * not contain the tenant: another tenant's event counts as unknown.
 */
export const getEvent = async (
  { table, tenant, signal }: Place,
  eventId: string,
  nowMs: number,
): Promise<{ event: StoredEvent; raw: Buffer | null } | null> => {
  const row = await getItem({ table, signal }, eventKey(eventId));
  if (row === null || isExpired(row, nowMs)) return null;
  const found = decodeEvent(row);
  return found.event.tenant === tenant ? found : null;
};

/** Rows read together: a page of the usual size takes one call, and a large one is never in memory as a whole. */
const ROWS_AT_A_TIME = 25;

/** An index entry, the event behind it (null when it has expired), and how many bytes were decompressed for it. */
type LoadedEvent = { entry: Item; event: EventView | null; bytes: number };

/** The events behind index entries, in their order, each decoded on demand. */
export async function* loadEvents(
  { table, signal }: TableCall,
  entries: Item[],
  nowMs: number,
): AsyncGenerator<LoadedEvent> {
  for (const some of chunks(entries, ROWS_AT_A_TIME)) {
    const rows = await readRowsOf({ table, signal }, some, toKey);
    const processing = await readProcessing({ table, signal }, some.map(eventIdOf), nowMs);
    for (const [index, [entry, row]] of rows.entries()) {
      if (row === null || isExpired(row, nowMs)) yield { entry, event: null, bytes: 0 };
      else {
        const { event, bytes } = decodeEvent(row);
        yield { entry, event: toEventView(event, processing[index]), bytes };
      }
    }
  }
}

const toKey = (entry: Item): Key => ({ pk: String(entry.pk), sk: String(entry.sk) });

const NO_FACTS: EventFacts = {
  issue_id: null,
  issue_key: null,
  project_key: null,
  event_type: '',
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields: [],
};

/** For events that wait for a replay or for nothing, but not for correlation. */
const NOT_NEEDED: Processing = { ...PENDING, status: 'not_needed' };

/**
 * The event as `GET /events/{event_id}` shows it.
 * @param processing the status that is stored beside it
 */
export const toEventView = (event: StoredEvent, processing: Processing = PENDING): EventView => {
  const { occurred_ms, event_type, subjects: _, ...facts } = withoutTraits(event.facts ?? NO_FACTS);
  return {
    event_id: event.event_id,
    source: event.source,
    connection_id: event.connection_id ?? null,
    warnings: event.warnings ?? [],
    ...facts,
    event_type: event_type === '' ? null : event_type,
    outcome: event.outcome,
    idempotency_key: event.idempotency_key,
    occurred_at: occurred_ms === 0 ? null : toUtcIso(occurred_ms),
    received_at: toPhoenixIso(event.received_ms),
    duration_ms: event.duration_ms ?? null,
    headers: event.headers ?? {},
    processing: event.outcome === 'quarantined' || event.source === 'admin' ? NOT_NEEDED : processing,
    problem: event.problem,
    run_id: event.run_id,
  };
};
