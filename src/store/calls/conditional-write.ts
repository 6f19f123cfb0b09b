import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { within } from '../../platform/deadline.ts';
import { getItem, type Item, type Key, type Table, type TableCall, tableFault } from './table.ts';

/**
 * The result of a conditional write. `returned`: the row that failed the condition, as DynamoDB returns it; null when
 * there was none, and always with compatible servers that return no row. `row` then reads it.
 */
export type ConditionalWrite =
  | { written: true }
  | { written: false; returned: Item | null; row: () => Promise<Item | null> };

/** The revision a derived row was read at; null when there was none. */
export type Revision = number | null;

type Condition = { condition: string; values?: Item };

/** Puts the whole item if the condition holds. */
export const putIf = (
  { table, signal }: TableCall,
  put: Condition & { item: Item & Key },
): Promise<ConditionalWrite> => {
  const { pk, sk } = put.item;
  const command = new PutItemCommand({ ...conditionPart(table, put), Item: toAttributes(put.item) });
  return writeIf({ table, signal }, { pk, sk }, () => table.client.send(command));
};

/** Updates the item, or creates it, if the condition holds. */
export const updateIf = (
  { table, signal }: TableCall,
  write: Condition & { key: Key; update: string },
): Promise<ConditionalWrite> => {
  const command = new UpdateItemCommand({
    ...conditionPart(table, write),
    Key: toAttributes(write.key),
    UpdateExpression: write.update,
  });
  return writeIf({ table, signal }, write.key, () => table.client.send(command));
};

/** Deletes the item if the condition holds. */
export const deleteIf = (
  { table, signal }: TableCall,
  { key, ...condition }: Condition & { key: Key },
): Promise<ConditionalWrite> => {
  const command = new DeleteItemCommand({ ...conditionPart(table, condition), Key: toAttributes(key) });
  return writeIf({ table, signal }, key, () => table.client.send(command));
};

const toAttributes = (item: Item) => marshall(item, { removeUndefinedValues: true });

/**
 * Runs a conditional write. DynamoDB returns the row that failed the condition (`ReturnValuesOnConditionCheckFailure`).
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault
 */
const writeIf = async (
  { table, signal }: TableCall,
  key: Key,
  write: () => Promise<unknown>,
): Promise<ConditionalWrite> => {
  try {
    await within(signal, write);
    return { written: true };
  } catch (fault) {
    if (!(fault instanceof ConditionalCheckFailedException)) throw tableFault(fault);
    const returned = fault.Item ? unmarshall(fault.Item) : null;
    return { written: false, returned, row: async () => returned ?? getItem({ table, signal }, key) };
  }
};

const conditionPart = (table: Table, { condition, values }: Condition) => ({
  TableName: table.name,
  ConditionExpression: condition,
  ...(values ? { ExpressionAttributeValues: toAttributes(values) } : {}),
  ReturnValuesOnConditionCheckFailure: 'ALL_OLD' as const,
});

/**
 * Puts a derived row if its revision is still `read`, which the caller read before anything the row is derived from.
 * @returns false when a concurrent writer has written it since: read everything again
 */
export const putRevision = async (place: TableCall, item: Item & Key, read: Revision): Promise<boolean> => {
  const revised = { ...item, rev: nextRevision(read) };
  const put =
    read === null
      ? { item: revised, condition: 'attribute_not_exists(pk)' }
      : { item: revised, condition: 'rev = :read', values: { ':read': read } };
  const result = await putIf(place, put);
  return result.written;
};

export const revisionOf = (row: Item | null): Revision =>
  row && typeof row.rev === 'number' ? row.rev : null;

/** The revision of a row that is put over the one that was read. */
export const nextRevision = (read: Revision): number => (read ?? 0) + 1;
