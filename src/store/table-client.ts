import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { RefusedItemError, UnavailableError } from '../errors/errors.ts';

/** The table and the client that speaks to it. */
export type Table = { client: DynamoDBDocumentClient; name: string };

/** An item as the document client hands it over; row codecs check what they read. */
export type Item = Record<string, unknown>;

export type Key = { pk: string; sk: string };

/** The table's faults in our words: a malformed item is our bug, everything else passes. */
const tableFault = (fault: unknown): Error =>
  fault instanceof Error && fault.name === 'ValidationException'
    ? new RefusedItemError(fault)
    : new UnavailableError('table', fault);

/** Runs one call. @throws RefusedItemError for a malformed item, UnavailableError for any other fault. */
export const callTable = async <T>(call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (fault) {
    throw tableFault(fault);
  }
};

/** The item at a key as of now (strongly consistent), or null. */
export const getItem = async (table: Table, key: Key, abortSignal: AbortSignal): Promise<Item | null> => {
  const get = new GetCommand({ TableName: table.name, Key: key, ConsistentRead: true });
  const { Item } = await callTable(() => table.client.send(get, { abortSignal }));
  return Item ?? null;
};

/** `written`, or the row that made the condition fail (null when there is none). */
export type ConditionalWrite = { written: true } | { written: false; row: Item | null };

/**
 * Runs a write with a condition. DynamoDB hands back the row that made it fail
 * (`ReturnValuesOnConditionCheckFailure`); where a compatible server leaves it out, it is read.
 */
export const writeIf = async (
  table: Table,
  key: Key,
  abortSignal: AbortSignal,
  write: () => Promise<unknown>,
): Promise<ConditionalWrite> => {
  try {
    await write();
    return { written: true };
  } catch (fault) {
    if (!(fault instanceof ConditionalCheckFailedException)) throw tableFault(fault);
    return { written: false, row: fault.Item ?? (await getItem(table, key, abortSignal)) };
  }
};
