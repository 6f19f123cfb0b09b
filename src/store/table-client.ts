import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import { RefusedItemError, UnavailableError } from '../errors/errors.ts';

/**
 * The table and the clients that speak to it. `writer` is the plain client: the document client's extra
 * layer costs a tenth of a write's CPU, and every delivery pays for two writes.
 */
export type Table = { client: DynamoDBDocumentClient; writer: DynamoDBClient; name: string };

/** An item as the document client hands it over; row codecs check what they read. */
export type Item = Record<string, unknown>;

export type Key = { pk: string; sk: string };

/** The table's faults in our words: a malformed item is our bug, everything else passes. */
export const tableFault = (fault: unknown): Error =>
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
