import { updateIf } from '../calls/conditional-write.ts';
import { processingKey, spreadPartitions, timeSort } from '../calls/keys.ts';
import { queryPages, readRowsOf } from '../calls/rows.ts';
import type { TableCall, Walk } from '../calls/table.ts';
import { eventIdOf, isExpired } from './event-row.ts';

/**
 * Pages of the ids of all parked events, partition by partition: in each those that wait for a replay, then those that
 * the sweep retries, both the longest parked first. Expired ones, which DynamoDB removes days late, are left out, so a
 * page may be empty.
 */
export async function* listParked(walk: Walk, nowMs: number): AsyncGenerator<string[]> {
  for await (const ids of pages(walk, { condition: '', values: {} })) {
    const rows = await readRowsOf({ table: walk.table, signal: walk.newSignal() }, ids, processingKey);
    yield rows.flatMap(([id, row]) => (row && !isExpired(row, nowMs) ? [id] : []));
  }
}

/** Prefix that sorts events that the sweep retries after those that wait for a replay. */
const RETRYABLE = 'r#';

/** Pages of the ids of events that the sweep retries and that were parked before a time (epoch milliseconds). */
export const listRetryable = (walk: Walk, beforeMs: number): AsyncGenerator<string[]> => {
  const values = { ':first': RETRYABLE, ':before': parkedSort(true, beforeMs, '') };
  return pages(walk, { condition: ' AND work_sk BETWEEN :first AND :before', values });
};

type Range = { condition: string; values: Record<string, string> };

/** Reads one partition after the other: events are spread for parallel writes, not for parallel reads. */
async function* pages(walk: Walk, range: Range): AsyncGenerator<string[]> {
  for (const partition of spreadPartitions(walk.tenant, 'parked')) yield* pagesOf(walk, partition, range);
}

const NAMES = ['pk', 'sk', 'work_pk', 'work_sk'];

/** The most one page holds. */
const PAGE = 1_000;

async function* pagesOf(
  { table, newSignal }: Walk,
  partition: string,
  { condition, values }: Range,
): AsyncGenerator<string[]> {
  const query = {
    IndexName: 'worklist',
    KeyConditionExpression: `work_pk = :parked${condition}`,
    ExpressionAttributeValues: { ':parked': partition, ...values },
  };
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, NAMES, PAGE))
    yield items.map(eventIdOf);
}

/** Makes a parked event wait for a replay; a no-op if it was handled meanwhile. */
export const stopRetrying = async (place: TableCall, eventId: string, nowMs: number): Promise<void> => {
  const write = {
    key: processingKey(eventId),
    update: 'SET work_sk = :since',
    condition: 'begins_with(work_sk, :retryable)',
    values: { ':since': parkedSort(false, nowMs, eventId), ':retryable': RETRYABLE },
  };
  await updateIf(place, write);
};

/** Sort key among the parked events: by the time at which it was last parked. */
export const parkedSort = (retryable: boolean, sinceMs: number, eventId: string): string =>
  `${retryable ? RETRYABLE : ''}${timeSort(sinceMs)}#${eventId}`;
