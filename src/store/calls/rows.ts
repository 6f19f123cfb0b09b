import { BatchGetItemCommand, BatchWriteItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import { RefusedItemError, UnavailableError } from '../../errors/errors.ts';
import { chunks } from '../../platform/chunks.ts';
import { retry } from '../../platform/retry.ts';
import { callTable, type Item, type Key, type TableCall } from './table.ts';

/** `eventual` costs half, and may miss writes of the last second. */
export type Consistency = 'strong' | 'eventual';

/** DynamoDB's limit for one BatchGetItem. */
const MOST_KEYS_PER_CALL = 100;

/**
 * The rows at these keys, in their order; null for a missing one. Strongly consistent unless `consistency` says
 * otherwise.
 * @throws UnavailableError when the table does not answer, or leaves keys unprocessed for too long
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

const batchOnce = async (
  { table, signal }: TableCall,
  keys: Key[],
  consistency: Consistency,
): Promise<{ items: Item[]; left: Key[] }> => {
  const Keys = keys.map(({ pk, sk }) => ({ pk: { S: pk }, sk: { S: sk } }));
  const ConsistentRead = consistency === 'strong';
  const command = new BatchGetItemCommand({ RequestItems: { [table.name]: { Keys, ConsistentRead } } });
  const result = await callTable(signal, () => table.client.send(command));
  const left = result.UnprocessedKeys?.[table.name]?.Keys ?? [];
  return {
    items: (result.Responses?.[table.name] ?? []).map((item) => unmarshall(item)),
    left: left.map((key) => ({ pk: key.pk?.S ?? '', sk: key.sk?.S ?? '' })),
  };
};

/** A key as one text. */
export const nameOf = (key: Item | Key): string => `${String(key.pk)}\n${String(key.sk)}`;

/** Each element with the row at its key. @throws as `readRows` */
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
type PageQuery = Omit<
  QueryCommandInput,
  'TableName' | 'Limit' | 'ExclusiveStartKey' | 'KeyConditions' | 'QueryFilter'
> & { ExpressionAttributeValues: Item };

/**
 * Up to `limit` items of a query, and the last one's keys if there are more. Reads one item more than asked for,
 * because DynamoDB may announce a next page that turns out empty. One call reads 1 MB at most.
 * @param keyNames the attributes that make up the start key of this index
 */
export const queryPage = async (
  { table, signal }: TableCall,
  { ExpressionAttributeValues, ...query }: PageQuery,
  keyNames: string[],
  limit: number,
  after: Item | null,
): Promise<Page> => {
  const found: Item[] = [];
  let start = after ? marshall(after) : undefined;
  do {
    const command = new QueryCommand({
      ...query,
      TableName: table.name,
      Limit: limit + 1 - found.length,
      ExpressionAttributeValues: marshall(ExpressionAttributeValues),
      ExclusiveStartKey: start,
    });
    const { Items = [], LastEvaluatedKey } = await callTable(signal, () => table.client.send(command));
    for (const item of Items) found.push(unmarshall(item));
    start = LastEvaluatedKey;
  } while (start !== undefined && found.length <= limit);
  const items = found.slice(0, limit);
  const last = found.length > limit ? items.at(-1) : undefined;
  return { items, last: last ? Object.fromEntries(keyNames.map((name) => [name, last[name]])) : null };
};

/**
 * The items of all pages of a query after `after`, page by page; a page may be empty.
 * @param newPlace makes the place of each call: a long walk gives each call a signal of its own
 */
export async function* queryPages(
  newPlace: () => TableCall,
  query: PageQuery,
  keyNames: string[],
  limit: number,
  after: Item | null = null,
): AsyncGenerator<Item[]> {
  let start = after;
  do {
    const page: Page = await queryPage(newPlace(), query, keyNames, limit, start);
    yield page.items;
    start = page.last;
  } while (start !== null);
}

/** A delivery of 800 commits that name 50 keys each has 1,600 calls to make. */
const CALLS_AT_A_TIME = 2;

/** DynamoDB's limit for one BatchWriteItem. */
export const MOST_PER_CALL = 25;

/**
 * Puts rows whose contents do not depend on when they are written, so the call is idempotent. Keys must differ.
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault
 */
export const putRows = async ({ table, signal }: TableCall, items: (Item & Key)[]): Promise<void> => {
  await pMap(
    chunks(items, MOST_PER_CALL),
    (some) => repeatRest(some, (rest) => putOnce({ table, signal }, rest), signal),
    { concurrency: CALLS_AT_A_TIME },
  );
};

/** Puts these in one call and returns those that the table left unprocessed. */
const putOnce = async ({ table, signal }: TableCall, items: (Item & Key)[]): Promise<(Item & Key)[]> => {
  const put = () => {
    const requests = items.map((item) => ({ PutRequest: { Item: marshall(item) } }));
    return table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: requests } }));
  };
  const { UnprocessedItems = {} } = await callTable(signal, put);
  const left = new Set(
    (UnprocessedItems[table.name] ?? []).map(({ PutRequest }) =>
      nameOf({ pk: PutRequest?.Item?.pk?.S, sk: PutRequest?.Item?.sk?.S }),
    ),
  );
  return items.filter((item) => left.has(nameOf(item)));
};

/** A throttled partition needs a moment; without jitter, all waiting callers would retry at once. */
const TRIES = { tries: 7, first_ms: 100, longest_ms: 2_000, by_chance: 0.5 };

/**
 * Repeats a batch call with what it left unprocessed, until nothing is left. DynamoDB answers 200 with unprocessed keys
 * or items, and asks for backoff before they are sent again (API reference, BatchGetItem and BatchWriteItem).
 * @param once makes one call and returns what was left unprocessed
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault, too many tries or too much time
 */
export const repeatRest = async <T>(
  all: T[],
  once: (rest: T[]) => Promise<T[]>,
  signal: AbortSignal,
): Promise<void> => {
  let rest = all;
  const attempt = async (): Promise<void> => {
    rest = await once(rest);
    if (rest.length > 0) throw new Error('the table took only a part');
  };
  await retry(attempt, TRIES, { mayHeal: (fault) => !isFinal(fault), signal }).catch((fault) => {
    throw isFinal(fault) ? fault : new UnavailableError('table', fault);
  });
};

/** True when another try is useless: the client has tried three times itself, or it would end the same. */
const isFinal = (fault: unknown): boolean =>
  fault instanceof UnavailableError || fault instanceof RefusedItemError;
