import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import pMap from 'p-map';
import { chunks } from '../../platform/chunks.ts';
import type { TableCall } from './place.ts';
import { repeatRest } from './repeat-rest.ts';
import { callTable, type Item, type Key } from './table-client.ts';

/** DynamoDB's limit for one BatchWriteItem. */
export const MOST_PER_CALL = 25;

/** A delivery of 800 commits that name 50 keys each has 1,600 calls to make. */
const CALLS_AT_A_TIME = 2;

/** Puts these and answers those that the table did not take this time. */
const putOnce = async ({ table, signal }: TableCall, items: (Item & Key)[]): Promise<(Item & Key)[]> => {
  const put = () => {
    const requests = items.map((item) => ({ PutRequest: { Item: marshall(item) } }));
    return table.writer.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: requests } }));
  };
  const { UnprocessedItems = {} } = await callTable(signal, put);
  const left = new Set(
    (UnprocessedItems[table.name] ?? []).map(
      ({ PutRequest }) => `${PutRequest?.Item?.pk?.S}\n${PutRequest?.Item?.sk?.S}`,
    ),
  );
  return items.filter(({ pk, sk }) => left.has(`${pk}\n${sk}`));
};

/**
 * Puts rows that say the same whenever they are written: repeating it changes nothing. Keys must differ.
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault
 */
export const putRows = async ({ table, signal }: TableCall, items: (Item & Key)[]): Promise<void> => {
  await pMap(
    chunks(items, MOST_PER_CALL),
    (some) => repeatRest(some, (rest) => putOnce({ table, signal }, rest), signal),
    { concurrency: CALLS_AT_A_TIME },
  );
};
