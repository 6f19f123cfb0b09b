import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import type { Table } from '../../../src/store/calls/table.ts';
import { itemBytes } from '../../support/item-size.ts';

/** One call as the table counted it: read or write units of the table itself and of all its indexes. */
export type MeteredCall = {
  operation: string;
  isRead: boolean;
  /** True when its condition failed. */
  refused: boolean;
  table: number;
  indexes: number;
};

export type Meter = {
  /** The calls since the last time, in the order of the answers. */
  take(): MeteredCall[];
};

const READS = ['GetItem', 'BatchGetItem', 'Query', 'Scan'];

const units = z.object({ CapacityUnits: z.number() });

const consumed = z.object({
  Table: units,
  GlobalSecondaryIndexes: z.optional(z.record(z.string(), units)),
});

/** Calls for many items answer a list with one entry for each table. */
const answer = z.object({ ConsumedCapacity: z.union([consumed, z.array(consumed).check(z.length(1))]) });

const refusal = z.object({
  name: z.literal('ConditionalCheckFailedException'),
  Item: z.optional(z.record(z.string(), z.unknown())),
});

type Cost = Pick<MeteredCall, 'refused' | 'table' | 'indexes'>;

const costOf = (output: unknown): Cost => {
  const { ConsumedCapacity } = answer.parse(output);
  const [one] = Array.isArray(ConsumedCapacity) ? ConsumedCapacity : [ConsumedCapacity];
  const indexes = Object.values(one?.GlobalSecondaryIndexes ?? {});
  return {
    refused: false,
    table: one?.Table.CapacityUnits ?? 0,
    indexes: indexes.reduce((sum, { CapacityUnits }) => sum + CapacityUnits, 0),
  };
};

/** A refused condition costs what the stored item would cost to write. Null for any other fault. */
const costOfFault = (fault: unknown): Cost | null => {
  const { success, data } = refusal.safeParse(fault);
  return success
    ? { refused: true, table: Math.max(1, Math.ceil(itemBytes(data.Item) / 1024)), indexes: 0 }
    : null;
};

/** `GetItemCommand` of either client, as the protocol names it. */
const operationOf = (commandName: string | undefined): string => String(commandName).replace(/Command$/, '');

/** Asks for what a call cost beside every answer. Before the first call: a client may remember its middleware. */
const listen = ({ middlewareStack }: Pick<DynamoDBClient, 'middlewareStack'>, calls: MeteredCall[]): void => {
  middlewareStack.add(
    (next, context) => async (args) => {
      const operation = operationOf(context.commandName);
      const note = (cost: Cost) => calls.push({ operation, isRead: READS.includes(operation), ...cost });
      try {
        const result = await next({ ...args, input: { ...args.input, ReturnConsumedCapacity: 'INDEXES' } });
        note(costOf(result.output));
        return result;
      } catch (fault) {
        const cost = costOfFault(fault);
        if (cost) note(cost);
        throw fault;
      }
    },
    { step: 'initialize', name: 'meter' },
  );
};

/**
 * Counts every call that is made through this table, reads and writes, as the database itself counts them.
 * Inside the client, because a proxy between the two would be part of the time that is measured.
 */
export const meterTable = (table: Table): Meter => {
  const calls: MeteredCall[] = [];
  listen(table.client, calls);
  listen(table.documentClient, calls);
  return { take: () => calls.splice(0) };
};
