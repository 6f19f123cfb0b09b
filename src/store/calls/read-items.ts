import { BatchGetItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { chunks } from '../../platform/chunks.ts';
import type { TableCall } from './place.ts';
import { repeatRest } from './repeat-rest.ts';
import { callTable, type Item, type Key } from './table-client.ts';

/** DynamoDB's limit for one BatchGetItem. */
const MOST_KEYS_PER_CALL = 100;

/** `eventual` costs half, and may not know yet what was written in the last second. */
export type Consistency = 'strong' | 'eventual';

const batchOnce = async (
  { table, signal }: TableCall,
  keys: Key[],
  consistency: Consistency,
): Promise<{ items: Item[]; left: Key[] }> => {
  const Keys = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  const ConsistentRead = consistency === 'strong';
  const command = new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead } } });
  const result = await callTable(signal, () => table.writer.send(command));
  const left = result.UnprocessedKeys?.[table.name]?.Keys ?? [];
  return {
    items: (result.Responses?.[table.name] ?? []).map((item) => unmarshall(item)),
    left: left.map((key) => ({ pk: key.pk?.S ?? '', sk: key.sk?.S ?? '' })),
  };
};

const nameOf = (key: Item | Key): string => `${String(key.pk)}\n${String(key.sk)}`;

/**
 * The rows at these keys as of now, unless `consistency` says otherwise, in their order; null for a missing one.
 * @throws UnavailableError when the table does not answer, or leaves keys out until the signal is aborted
 */
export const readRows = async (
  { table, signal }: TableCall,
  keys: Key[],
  consistency: Consistency = 'strong',
): Promise<(Item | null)[]> => {
  const found = new Map<string, Item>();
  const readOnce = async (rest: Key[]): Promise<Key[]> => {
    const { items, left } = await batchOnce({ table, signal }, rest, consistency);
    for (const item of items) found.set(nameOf(item), item);
    return left;
  };
  const distinct = [...new Map(keys.map((key) => [nameOf(key), key])).values()];
  for (const some of chunks(distinct, MOST_KEYS_PER_CALL)) await repeatRest(some, readOnce, signal);
  return keys.map((key) => found.get(nameOf(key)) ?? null);
};

/** Each of these beside the row at its key. @throws as `readRows` */
export const readRowsOf = async <T>(
  place: TableCall,
  all: readonly T[],
  keyOf: (one: T) => Key,
): Promise<[T, Item | null][]> => {
  const rows = await readRows(place, all.map(keyOf));
  return all.map((one, index) => [one, rows[index] ?? null]);
};

export type Page = { items: Item[]; last: Item | null };

/** A query with plain values. */
export type PageQuery = Omit<
  QueryCommandInput,
  'TableName' | 'Limit' | 'ExclusiveStartKey' | 'KeyConditions' | 'QueryFilter'
> & { ExpressionAttributeValues: Item };

/**
 * Up to `limit` items of a query, and the last one's keys if there are more. One item more than asked for
 * is read, because DynamoDB may promise a next page that turns out empty.
 * @param keyNames the attributes that make the start key of this index
 */
export const queryPage = async (
  { table, signal }: TableCall,
  { ExpressionAttributeValues, ...query }: PageQuery,
  keyNames: string[],
  limit: number,
  after: Item | null,
): Promise<Page> => {
  const command = new QueryCommand({
    ...query,
    TableName: table.name,
    Limit: limit + 1,
    ExpressionAttributeValues: marshall(ExpressionAttributeValues),
    ExclusiveStartKey: after ? marshall(after) : undefined,
  });
  const { Items = [] } = await callTable(signal, () => table.writer.send(command));
  const items = Items.slice(0, limit).map((item) => unmarshall(item));
  const last = Items.length > limit ? items.at(-1) : undefined;
  return { items, last: last ? Object.fromEntries(keyNames.map((name) => [name, last[name]])) : null };
};
