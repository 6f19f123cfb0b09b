import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { RefusedItemError, UnavailableError } from '../../errors/errors.ts';
import { within } from '../../platform/deadline.ts';

/**
 * The table and its two clients. Every delivery uses the plain one. `documentClient`, made when it is first used, takes
 * and gives plain values: for what a delivery does not wait for.
 */
export type Table = { client: DynamoDBClient; readonly documentClient: DynamoDBDocumentClient; name: string };

/** An item as the document client hands it over; row codecs check what they read. */
export type Item = Record<string, unknown>;

export type Key = { pk: string; sk: string };

/** Where a call goes, and what ends it: enough where keys are given, which say whose rows they are. */
export type TableCall = { table: Table; signal: AbortSignal };

/** Where a call goes, whose rows it is about, and what ends it. */
export type Place = TableCall & { tenant: string };

/**
 * The place of a walk over pages: each call has a signal of its own, because all of it may take longer than one may.
 */
export type Walk = { table: Table; tenant: string; newSignal: () => AbortSignal };

/** The table's faults in our words: a malformed item is our bug, everything else passes. */
export const tableFault = (fault: unknown): Error =>
  fault instanceof Error && fault.name === 'ValidationException'
    ? new RefusedItemError(fault)
    : new UnavailableError('table', fault);

/**
 * Waits for one call, until the signal is aborted at most.
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
