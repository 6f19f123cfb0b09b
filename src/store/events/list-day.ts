import { QueryCommand, type QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Outcome } from '../../domain/delivery.ts';
import { dayPartitions } from '../calls/keys.ts';
import { callTable, type Item, type Table, type TableCall } from '../calls/table.ts';

export type DayQuery = {
  tenant: string;
  /** Phoenix day, `2026-11-22`. */
  day: string;
  outcome: Outcome | null;
  /** Only events received before this run id; null for the newest. */
  before: string | null;
  limit: number;
};

/** What one partition gave: matching entries, and how far down it was read (null: to its end). */
type Shard = { items: Item[]; readTo: string | null };

/** With a filter a page of the index may hold no match; this many entries are looked at per request. */
const MOST_LOOKED_AT = 4_000;

const shardQuery = (table: Table, query: DayQuery, partition: string): QueryCommandInput => ({
  TableName: table.name,
  IndexName: 'by_day',
  KeyConditionExpression: `day_pk = :day${query.before === null ? '' : ' AND run_id < :before'}`,
  ...(query.outcome === null ? {} : { FilterExpression: 'outcome = :outcome' }),
  ExpressionAttributeValues: {
    ':day': partition,
    ...(query.before === null ? {} : { ':before': query.before }),
    ...(query.outcome === null ? {} : { ':outcome': query.outcome }),
  },
  ScanIndexForward: false,
  Limit: query.outcome === null ? query.limit + 1 : MOST_LOOKED_AT,
});

const readShard = async (
  { table, signal }: TableCall,
  query: DayQuery,
  partition: string,
): Promise<Shard> => {
  const command = new QueryCommand(shardQuery(table, query, partition));
  const { Items = [], LastEvaluatedKey } = await callTable(signal, () => table.reader.send(command));
  return { items: Items, readTo: LastEvaluatedKey ? String(LastEvaluatedKey.run_id) : null };
};

const runIdOf = (item: Item): string => String(item.run_id);

/**
 * Index entries of one page of a day's events, newest first, over all partitions of the day.
 * Where a partition was not read to its end, nothing older than what it was read to may be shown yet.
 * @returns `next`: the run id to go on before, null on the last page
 */
export const listDay = async (
  place: TableCall,
  query: DayQuery,
): Promise<{ items: Item[]; next: string | null }> => {
  const partitions = dayPartitions(query.tenant, query.day);
  const shards = await Promise.all(partitions.map((partition) => readShard(place, query, partition)));
  const floor = shards.map((shard) => shard.readTo ?? '').reduce((a, b) => (a > b ? a : b));
  const safe = shards.flatMap((shard) => shard.items).filter((item) => runIdOf(item) >= floor);
  const sorted = safe.sort((a, b) => (runIdOf(a) < runIdOf(b) ? 1 : -1));
  const items = sorted.slice(0, query.limit);
  const lastShown = items.at(-1);
  if (sorted.length > query.limit && lastShown) return { items, next: runIdOf(lastShown) };
  return { items, next: floor === '' ? null : floor };
};
