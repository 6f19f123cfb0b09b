import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { type Clock, type Moment, momentOf } from '../../platform/clock.ts';
import { putIf } from './conditional-write.ts';
import type { TableCall } from './table.ts';

/** What the last write met: when it failed, or null when it did not, or there was none. */
export type Writes = { failedAt(): Moment | null };

const WRITES = new Set(['PutItemCommand', 'UpdateItemCommand', 'BatchWriteItemCommand']);

/** A table that takes writes says this of one item: its condition does not hold, or it is malformed. */
const ABOUT_THE_ITEM = new Set(['ConditionalCheckFailedException', 'ValidationException']);

const isOfTable = (fault: unknown): boolean => !(fault instanceof Error && ABOUT_THE_ITEM.has(fault.name));

/** Remembers what each write began last. One that began before another says nothing against it, when it ends later. */
export const watchWrites = (client: DynamoDBClient, clock: Clock, steady?: Clock): Writes => {
  let begun = 0;
  let last: { number: number; failedAt: Moment | null } = { number: 0, failedAt: null };
  const record = (number: number, failed: boolean): void => {
    if (number > last.number) last = { number, failedAt: failed ? momentOf(clock, steady) : null };
  };
  client.middlewareStack.add(
    (next, { commandName = '' }) => {
      if (!WRITES.has(commandName)) return next;
      return async (args) => {
        begun += 1;
        const number = begun;
        try {
          const answer = await next(args);
          record(number, false);
          return answer;
        } catch (fault) {
          record(number, isOfTable(fault));
          throw fault;
        }
      };
    },
    { step: 'initialize', name: 'watchWrites' },
  );
  return { failedAt: () => last.failedAt };
};

/** Writes nothing, but as a write: a key nobody writes must be there. Watched writes tell what it met. */
export const tryWrite = async (place: TableCall): Promise<void> => {
  const item = { pk: 'HEALTH', sk: 'HEALTH' };
  await putIf(place, { item, condition: 'attribute_exists(pk)' });
};
