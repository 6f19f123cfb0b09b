import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Outcome } from '../../domain/delivery.ts';
import type { EventSource, Feed } from '../../domain/source.ts';
import { firstRunIdAt } from '../../platform/run-id.ts';
import { dayPartitions } from '../calls/keys.ts';
import { callTable, type Item, type Table, type TableCall, type Walk } from '../calls/table.ts';
import { eventIdOf } from './event-row.ts';

/** An index entry of an event: its id, when it was received, and its outcome. */
export type EventEntry = { event_id: string; run_id: string; outcome: string };

/** Required values of attributes that the index projects; null for any. */
type DayFilter = {
  outcome: Outcome | null;
  event_type: string | null;
  source: EventSource | null;
  connection_id: string | null;
};

type DayQuery = Omit<PartsQuery, 'partitions'> & {
  tenant: string;
  /** Phoenix day, `2026-11-22`. */
  day: string;
  /** The lists of the day that are merged into one. */
  feeds: readonly Feed[];
  filter: Partial<DayFilter>;
};

/** Index entries of one page of a day's events, newest first, over all partitions of the day: as `listParts`. */
export const listDay = (
  place: TableCall,
  { tenant, day, feeds, ...query }: DayQuery,
): Promise<{ items: Item[]; next: string | null }> => {
  const partitions = feeds.flatMap((feed) => dayPartitions(tenant, day, feed));
  return listParts(place, { ...query, partitions });
};

type PartsQuery = {
  /** Partitions of `by_day`, merged into one list. */
  partitions: string[];
  /** Required values of attributes that the index projects; null for any. */
  filter: Record<string, string | null>;
  /** Only what came before this run id; null for the newest. */
  before: string | null;
  limit: number;
};

/**
 * Index entries of one page over several partitions, newest first. If one was not read to its end, entries that are
 * older than the last one read from it are held back.
 * @returns `next`: the run id before which to continue, null on the last page
 */
export const listParts = async (
  place: TableCall,
  query: PartsQuery,
): Promise<{ items: Item[]; next: string | null }> => {
  const { partitions } = query;
  const shards = await Promise.all(partitions.map((partition) => readShard(place, query, partition)));
  const floor = shards.map((shard) => shard.readTo ?? '').reduce((a, b) => (a > b ? a : b));
  const safe = shards.flatMap((shard) => shard.items).filter((item) => runIdOf(item) >= floor);
  const sorted = safe.sort((a, b) => (runIdOf(a) < runIdOf(b) ? 1 : -1));
  const items = sorted.slice(0, query.limit);
  const lastShown = items.at(-1);
  if (sorted.length > query.limit && lastShown) return { items, next: runIdOf(lastShown) };
  return { items, next: floor === '' ? null : floor };
};

/** What one partition returned: matching entries, and the run id down to which it was read (null: to its end). */
type Shard = { items: Item[]; readTo: string | null };

const readShard = async (
  { table, signal }: TableCall,
  query: PartsQuery,
  partition: string,
): Promise<Shard> => {
  const command = new QueryCommand(shardQuery(table, query, partition));
  const { Items = [], LastEvaluatedKey } = await callTable(signal, () => table.documentClient.send(command));
  return { items: Items, readTo: LastEvaluatedKey ? String(LastEvaluatedKey.run_id) : null };
};

/** With a filter a page of the index may hold no match; this many entries are looked at per request. */
const MOST_LOOKED_AT = 4_000;

const shardQuery = (table: Table, query: PartsQuery, partition: string): QueryCommandInput => {
  const filter = filterOf(query);
  return {
    TableName: table.name,
    IndexName: 'by_day',
    KeyConditionExpression: `day_pk = :day${query.before === null ? '' : ' AND run_id < :before'}`,
    ...filter?.expression,
    ExpressionAttributeValues: {
      ':day': partition,
      ...(query.before === null ? {} : { ':before': query.before }),
      ...filter?.values,
    },
    ScanIndexForward: false,
    Limit: filter === null ? query.limit + 1 : MOST_LOOKED_AT,
  };
};

/** Null if all entries pass. */
const filterOf = ({ filter }: PartsQuery) => {
  const wanted = Object.entries(filter).filter(([, value]) => value !== null);
  if (wanted.length === 0) return null;
  const names = wanted.map(([name]) => name);
  return {
    expression: {
      FilterExpression: names.map((name) => `#${name} = :${name}`).join(' AND '),
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    },
    values: Object.fromEntries(wanted.map(([name, value]) => [`:${name}`, value])),
  };
};

const runIdOf = (item: Item): string => String(item.run_id);

const PAGE = 1_000;

/**
 * Pages of the events of a Phoenix day that were received in `[from_ms, to_ms)`, newest first: those with one
 * outcome, or all.
 */
export async function* eventsOfDay(
  { table, tenant, newSignal }: Walk,
  query: Pick<DayQuery, 'day' | 'feeds'> & { outcome: Outcome | null; from_ms: number; to_ms: number },
): AsyncGenerator<EventEntry[]> {
  const { day, feeds, outcome } = query;
  const first = firstRunIdAt(query.from_ms);
  let before: string | null = firstRunIdAt(query.to_ms);
  while (before !== null) {
    const page: { items: Item[]; next: string | null } = await listDay(
      { table, signal: newSignal() },
      { tenant, day, feeds, filter: { outcome }, before, limit: PAGE },
    );
    const inRange = page.items.map(toEntry).filter(({ run_id }) => run_id >= first);
    if (inRange.length > 0) yield inRange;
    before = inRange.length < page.items.length ? null : page.next;
  }
}

const toEntry = (entry: Item): EventEntry => ({
  event_id: eventIdOf(entry),
  run_id: String(entry.run_id),
  outcome: String(entry.outcome),
});
