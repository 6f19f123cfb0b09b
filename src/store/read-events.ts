import type { EventView } from '../domain/event.ts';
import { decodeEvent, isExpired, type StoredEvent } from './event-row.ts';
import { toEventView } from './event-view.ts';
import { eventKey, issuePartition } from './keys.ts';
import { readProcessing } from './processing.ts';
import { queryPage, readRows } from './read-items.ts';
import { getItem, type Item, type Table } from './table-client.ts';

/** An event with its raw body, or null. `raw` is null when the body lies in the artifact store. */
export const getEvent = async (
  table: Table,
  eventId: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<{ event: StoredEvent; raw: Buffer | null } | null> => {
  const row = await getItem(table, eventKey(eventId), signal);
  return row === null || isExpired(row, nowMs) ? null : decodeEvent(row);
};

/** The events behind index entries, in their order; expired ones are left out. */
export const loadEvents = async (
  table: Table,
  entries: Item[],
  nowMs: number,
  signal: AbortSignal,
): Promise<EventView[]> => {
  const keys = entries.map((entry) => ({ pk: String(entry.pk), sk: String(entry.sk) }));
  const rows = await readRows(table, keys, signal);
  const found = rows.flatMap((row) => (row && !isExpired(row, nowMs) ? [decodeEvent(row).event] : []));
  const ids = found.map(({ event_id }) => event_id);
  const processing = await readProcessing(table, ids, nowMs, signal);
  return found.map((event, index) => toEventView(event, processing[index]));
};

/** Index entries of one page of an issue's events, newest `occurred_at` first. */
export const listIssueEvents = (
  table: Table,
  tenant: string,
  issueId: string,
  page: { limit: number; after: Item | null },
  signal: AbortSignal,
): Promise<{ items: Item[]; last: Item | null }> => {
  const query = {
    IndexName: 'by_issue',
    KeyConditionExpression: 'issue_pk = :issue',
    ExpressionAttributeValues: { ':issue': issuePartition(tenant, issueId) },
    ScanIndexForward: false,
  };
  return queryPage(table, query, ['pk', 'sk', 'issue_pk', 'occurred_ms'], page.limit, page.after, signal);
};
