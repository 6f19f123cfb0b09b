import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import pRetry from 'p-retry';
import { RefusedItemError, UnavailableError } from '../errors/errors.ts';
import { chunks } from '../platform/chunks.ts';
import { callTable, type Item, type Key, type Table } from './table-client.ts';

/** DynamoDB's limit for one BatchWriteItem. */
const MOST_PER_CALL = 25;

/** What a throttled partition left over is tried again, with backoff and jitter. */
const BACKOFF = { retries: 6, minTimeout: 50, maxTimeout: 2_000, randomize: true };

/** The client has tried those three times itself, or another try would end the same. */
const isFinal = (fault: unknown): boolean =>
  fault instanceof UnavailableError || fault instanceof RefusedItemError;

/** Puts these and answers those that the table did not take this time. */
const putOnce = async (table: Table, items: (Item & Key)[], signal: AbortSignal): Promise<(Item & Key)[]> => {
  const requests = items.map((Item) => ({ PutRequest: { Item } }));
  const command = new BatchWriteCommand({ RequestItems: { [table.name]: requests } });
  const { UnprocessedItems = {} } = await callTable(signal, () => table.reader.send(command));
  const left = new Set(
    (UnprocessedItems[table.name] ?? []).map(
      ({ PutRequest }) => `${PutRequest?.Item?.pk}\n${PutRequest?.Item?.sk}`,
    ),
  );
  return items.filter(({ pk, sk }) => left.has(`${pk}\n${sk}`));
};

const putAll = (table: Table, items: (Item & Key)[], signal: AbortSignal): Promise<void> => {
  let rest = items;
  const attempt = async (): Promise<void> => {
    rest = await putOnce(table, rest, signal);
    if (rest.length > 0) throw new Error('the table took only a part');
  };
  return pRetry(attempt, {
    ...BACKOFF,
    signal,
    shouldRetry: ({ error }) => !isFinal(error),
  });
};

/**
 * Puts rows that say the same whenever they are written: repeating it changes nothing. Keys must differ.
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault
 */
export const putRows = async (table: Table, items: (Item & Key)[], signal: AbortSignal): Promise<void> => {
  for (const some of chunks(items, MOST_PER_CALL))
    await putAll(table, some, signal).catch((fault) => {
      throw isFinal(fault) ? fault : new UnavailableError('table', fault);
    });
};
