import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { Execution } from '../../domain/execution.ts';
import { PRIORITIES, type Priority } from '../../domain/subscription.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { timeSort } from '../calls/keys.ts';
import { queryPages, readRowsOf } from '../calls/rows.ts';
import { callTable, type Item, type Place, type TableCall } from '../calls/table.ts';
import { WORK_KEYS } from '../calls/worklist.ts';
import { duePartition } from './execution-keys.ts';
import { ownAndAlive } from './executions.ts';

type Due = {
  subscription_id: string;
  priority: Priority;
  now_ms: number;
  /** What is due by then; by now without it. */
  by_ms?: number;
  limit: number;
};

/**
 * What a subscription has to send now, of one priority: oldest due first, what a crash left claimed among it. The index
 * may be a second behind: what has moved on since, by the rows themselves, is left out, and so is what has expired. A
 * row that nobody can read keeps no other waiting: it stays due, which the age of the oldest tells.
 * @throws UnavailableError
 */
export const dueOf = async (
  { table, tenant, signal }: Place,
  { subscription_id, priority, now_ms, by_ms = now_ms, limit }: Due,
): Promise<Execution[]> => {
  const place = { table, signal };
  const query = dueQuery(duePartition(tenant, subscription_id, priority), by_ms);
  const found: Execution[] = [];
  for await (const entries of queryPages(() => place, query, WORK_KEYS, limit)) {
    for (const [entry, row] of await readRowsOf(place, entries, keyOf)) {
      const execution =
        row !== null && row.work_sk === entry.work_sk
          ? readable(() => ownAndAlive(row, tenant, now_ms))
          : null;
      if (execution !== null) found.push(execution);
    }
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
};

const readable = (read: () => Execution | null): Execution | null => {
  try {
    return read();
  } catch (fault) {
    if (fault instanceof UnreadableRowError) return null;
    throw fault;
  }
};

const keyOf = ({ pk, sk }: Item) => ({ pk: String(pk), sk: String(sk) });

/** `$` comes behind `#`: what is due in this very millisecond is due. */
const dueQuery = (partition: string, nowMs: number) => ({
  IndexName: 'worklist',
  KeyConditionExpression: 'work_pk = :due AND work_sk < :now',
  ExpressionAttributeValues: { ':due': partition, ':now': `${timeSort(nowMs)}$` },
});

/** How many wait, counted to `most`, and since when the oldest of them does. */
export type Waiting = { waiting: number; oldest_due_ms: number | null };

/**
 * Counts what a subscription has to send, of all priorities, by the index alone.
 * @param query `now_ms`: what is due by then; a later time counts what waits for a try too
 * @throws UnavailableError
 */
export const countDue = async (
  { table, tenant, signal }: Place,
  subscriptionId: string,
  { now_ms, most }: { now_ms: number; most: number },
): Promise<Waiting> => {
  const counts = await Promise.all(
    PRIORITIES.map((priority) =>
      countPart({ table, signal }, duePartition(tenant, subscriptionId, priority), now_ms, most),
    ),
  );
  const oldest = counts.flatMap(({ oldest_due_ms }) => oldest_due_ms ?? []);
  return {
    waiting: Math.min(
      most,
      counts.reduce((sum, { waiting }) => sum + waiting, 0),
    ),
    oldest_due_ms: oldest.length === 0 ? null : Math.min(...oldest),
  };
};

/** A partition in which nothing is due costs one call. */
const countPart = async (
  place: TableCall,
  partition: string,
  nowMs: number,
  most: number,
): Promise<Waiting> => {
  const query = dueQuery(partition, nowMs);
  for await (const [first] of queryPages(() => place, query, WORK_KEYS, 1)) {
    if (first === undefined) break;
    return { waiting: await countEntries(place, query, most), oldest_due_ms: dueOfEntry(first) };
  }
  return { waiting: 0, oldest_due_ms: null };
};

const dueOfEntry = ({ work_sk }: Item): number => Number(String(work_sk).split('#')[0]);

const countEntries = async (
  { table, signal }: TableCall,
  { ExpressionAttributeValues, ...query }: ReturnType<typeof dueQuery>,
  most: number,
): Promise<number> => {
  let counted = 0;
  let start: QueryCommand['input']['ExclusiveStartKey'];
  do {
    const command = new QueryCommand({
      ...query,
      TableName: table.name,
      Select: 'COUNT',
      Limit: most - counted,
      ExpressionAttributeValues: marshall(ExpressionAttributeValues),
      ExclusiveStartKey: start,
    });
    const { Count = 0, LastEvaluatedKey } = await callTable(signal, () => table.client.send(command));
    counted += Count;
    start = LastEvaluatedKey;
  } while (start !== undefined && counted < most);
  return counted;
};
