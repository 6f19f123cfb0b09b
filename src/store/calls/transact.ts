import {
  TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { RefusedItemError } from '../../errors/errors.ts';
import { within } from '../../platform/deadline.ts';
import { retry } from '../../platform/retry.ts';
import { type Item, type Key, type Table, type TableCall, tableFault } from './table.ts';

/** One write of a transaction. */
export type Write = Condition &
  (
    | { kind: 'put'; item: Item & Key }
    | { kind: 'update'; key: Key; update: string }
    | { kind: 'delete'; key: Key }
  );

type Condition = { condition?: string; values?: Item };

/** Either everything was written, or nothing; `failed`: the indexes of the writes whose conditions did not hold. */
export type Transacted = { written: true } | { written: false; failed: number[] };

/** Deliveries write to the same row all the time, and a transaction that conflicts with such a write is cancelled. */
const CONTENDED = { tries: 6, first_ms: 20, longest_ms: 300, by_chance: 0.8 };

/**
 * Writes everything or nothing. Retried when it conflicts with another write or is throttled.
 * @throws RefusedItemError for a malformed item, UnavailableError for any other fault: it may have been written
 */
export const transact = async ({ table, signal }: TableCall, writes: Write[]): Promise<Transacted> => {
  const TransactItems = writes.map((write) => toTransactItem(table, write));
  // The client gives each command a token, so that its own retry after a lost answer is not applied twice.
  const send = () =>
    within(signal, () => table.client.send(new TransactWriteItemsCommand({ TransactItems })));
  try {
    await retry(send, CONTENDED, { mayHeal: metAnother, signal });
    return { written: true };
  } catch (fault) {
    const failed = refusedPlaces(fault);
    if (reasonsOf(fault).includes('ValidationError')) throw new RefusedItemError(fault);
    if (failed.length === 0) throw tableFault(fault);
    return { written: false, failed };
  }
};

const reasonsOf = (fault: unknown): (string | undefined)[] =>
  fault instanceof TransactionCanceledException
    ? (fault.CancellationReasons ?? []).map(({ Code }) => Code)
    : [];

/** Indexes of the writes whose conditions did not hold. */
const refusedPlaces = (fault: unknown): number[] =>
  reasonsOf(fault).flatMap((code, place) => (code === 'ConditionalCheckFailed' ? [place] : []));

/** Cancellation codes after which a retry may succeed. */
const HEALING = ['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'];

const metAnother = (fault: unknown): boolean =>
  refusedPlaces(fault).length === 0 &&
  reasonsOf(fault).some((code) => code !== undefined && HEALING.includes(code));

const toTransactItem = (table: Table, write: Write): TransactWriteItem => {
  const common = {
    TableName: table.name,
    ConditionExpression: write.condition,
    ...(write.values ? { ExpressionAttributeValues: marshall(write.values) } : {}),
  };
  switch (write.kind) {
    case 'put':
      return { Put: { ...common, Item: marshall(write.item, { removeUndefinedValues: true }) } };
    case 'update':
      return { Update: { ...common, Key: marshall(write.key), UpdateExpression: write.update } };
    case 'delete':
      return { Delete: { ...common, Key: marshall(write.key) } };
  }
};
