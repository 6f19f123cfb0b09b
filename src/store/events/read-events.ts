import type { EventView } from '../../domain/event.ts';
import { chunks } from '../../platform/chunks.ts';
import { eventKey, issuePartition } from '../calls/keys.ts';
import { queryPage, readRowsOf } from '../calls/rows.ts';
import { getItem, type Item, type Key, type Place, type TableCall } from '../calls/table.ts';
import type { StoredEvent } from './event-definition.ts';
import { decodeEvent, eventIdOf, isExpired } from './event-row.ts';
import { toEventView } from './event-view.ts';
import { readProcessing } from './processing.ts';

/** An event with its raw body, or null. `raw` is null when the body lies in the artifact store. */
export const getEvent = async (
  place: TableCall,
  eventId: string,
  nowMs: number,
): Promise<{ event: StoredEvent; raw: Buffer | null } | null> => {
  const row = await getItem(place, eventKey(eventId));
  return row === null || isExpired(row, nowMs) ? null : decodeEvent(row);
};

/** Read together: a page of the usual size is one call, and a large one is not in memory as a whole. */
const ROWS_AT_A_TIME = 25;

const toKey = (entry: Item): Key => ({ pk: String(entry.pk), sk: String(entry.sk) });

/** An index entry, the event behind it (null when it has expired), and how many bytes were decompressed for it. */
export type LoadedEvent = { entry: Item; event: EventView | null; bytes: number };

/** The events behind index entries, in their order, each decoded when it is asked for. */
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

/** Index entries of one page of an issue's events, newest `occurred_at` first. */
export const listIssueEvents = (
  { table, tenant, signal }: Place,
  issueId: string,
  page: { limit: number; after: Item | null },
): Promise<{ items: Item[]; last: Item | null }> => {
  const query = {
    IndexName: 'by_issue',
    KeyConditionExpression: 'issue_pk = :issue',
    ExpressionAttributeValues: { ':issue': issuePartition(tenant, issueId) },
    ScanIndexForward: false,
  };
  return queryPage({ table, signal }, query, ['pk', 'sk', 'issue_pk', 'occurred_ms'], page.limit, page.after);
};
