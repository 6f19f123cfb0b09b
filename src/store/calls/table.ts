import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { RefusedItemError, UnavailableError } from '../../errors/errors.ts';
import { within } from '../../platform/deadline.ts';

/**
 * The table and its two clients. Code that a delivery waits for uses the plain one. `documentClient`, created when it
 * is first used, takes and returns plain values, for all other code.
 */
export type Table = { client: DynamoDBClient; readonly documentClient: DynamoDBDocumentClient; name: string };

/** An item as the document client hands it over; row codecs check what they read. */
export type Item = Record<string, unknown>;

export type Key = { pk: string; sk: string };

/** Where a call goes, and the signal that ends it; enough for calls with given keys, which say whose rows they are. */
export type TableCall = { table: Table; signal: AbortSignal };

/** Where a call goes, whose rows it concerns, and the signal that ends it. */
export type Place = TableCall & { tenant: string };

/** The place of a walk over pages. Each call has a signal of its own: the walk may take longer than one call may. */
export type Walk = { table: Table; tenant: string; newSignal: () => AbortSignal };

/** Translates the table's faults: a malformed item is our bug, everything else is temporary. */
export const tableFault = (fault: unknown): Error =>
  fault instanceof Error && fault.name === 'ValidationException'
    ? new RefusedItemError(fault)
    : new UnavailableError('table', fault);

/**
 * Waits for one call, at most until the signal is aborted.
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault
 */
export const callTable = async <T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> => {
  try {
    return await within(signal, call);
  } catch (fault) {
    throw tableFault(fault);
  }
};

/** The current item at a key (strongly consistent), or null. */
export const getItem = async ({ table, signal }: TableCall, key: Key): Promise<Item | null> => {
  const get = new GetItemCommand({ TableName: table.name, Key: marshall(key), ConsistentRead: true });
  const { Item } = await callTable(signal, () => table.client.send(get));
  return Item ? unmarshall(Item) : null;
};
