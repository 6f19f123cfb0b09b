import type { EventView } from '../domain/event.ts';
import { decodeEvent, isExpired, type StoredEvent, toEventView } from './event-row.ts';
import { eventKey, issuePartition } from './keys.ts';
import { getItems, queryPage } from './read-items.ts';
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
  const rows = await getItems(table, keys, signal);
  const found = entries.map((entry) => rows.get(String(entry.pk)));
  const alive = found.filter((row) => row !== undefined && !isExpired(row, nowMs));
  return alive.flatMap((row) => (row ? [toEventView(decodeEvent(row).event)] : []));
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
