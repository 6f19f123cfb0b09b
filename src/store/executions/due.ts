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
  /** Due by this time; now if absent. */
  by_ms?: number;
  limit: number;
};

/**
 * The executions of a subscription that are due, of one priority, oldest due first, including those that a crashed
 * process left claimed. The index may lag by a second: entries whose row has changed since are left out, and so are
 * expired rows. An unreadable row does not block others: it stays due, which shows in the age of the oldest.
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

/** `$` sorts after `#`: what is due in this very millisecond is included. */
const dueQuery = (partition: string, nowMs: number) => ({
  IndexName: 'worklist',
  KeyConditionExpression: 'work_pk = :due AND work_sk < :now',
  ExpressionAttributeValues: { ':due': partition, ':now': `${timeSort(nowMs)}$` },
});

/** How many wait, counted up to `most`, and since when the oldest has been due. */
export type Waiting = { waiting: number; oldest_due_ms: number | null };

/**
 * Counts what a subscription has to send, of all priorities, from the index alone.
 * @param query `now_ms`: counts what is due by then; a later time also counts what waits for a retry
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
