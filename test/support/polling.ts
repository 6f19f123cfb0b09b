import { BatchWriteItemCommand, PutItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { pino } from 'pino';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { type Poller, type PollerOptions, startPoller } from '../../src/local/poller/poller.ts';
import { chunks } from '../../src/platform/chunks.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createDocumentClient, createDynamoDb } from '../../src/platform/dynamodb.ts';
import type { Table } from '../../src/store/calls/table.ts';

/** The id of the n-th event of a test. */
export const eventNumber = (n: number): string => `evt_${String(n).padStart(40, '0')}`;

/** Partition keys of records, in their order. */
export const partitionsOf = (records: DynamoDBRecord[]): string[] =>
  records.map(({ dynamodb }) => dynamodb?.Keys?.pk?.S ?? '');

/** A table of a database at an endpoint. */
export const tableAt = (endpoint: string, name: string): Table => {
  const config = embeddedConfig(endpoint);
  return { client: createDynamoDb(config), documentClient: createDocumentClient(config), name };
};

/** Puts rows one after the other, so that their records are in this order. */
export const putRows = async (table: Table, rows: [pk: string, sk: string][]): Promise<void> => {
  for (const [pk, sk] of rows) {
    const Item = { pk: { S: pk }, sk: { S: sk } };
    await table.client.send(new PutItemCommand({ TableName: table.name, Item }));
  }
};

/** DynamoDB takes no more rows in one call. */
const MOST_WRITTEN = 25;

/**
 * Puts events numbered from `first` to `last`; answers their partition keys. The embedded engine writes the rows of a
 * call in their order, and so are their records.
 */
export const putEvents = async (table: Table, first: number, last: number): Promise<string[]> => {
  const keys = Array.from({ length: last - first + 1 }, (_, n) => `E#${eventNumber(first + n)}`);
  for (const some of chunks(keys, MOST_WRITTEN)) {
    const puts = some.map((pk) => ({ PutRequest: { Item: { pk: { S: pk }, sk: { S: 'E' } } } }));
    await table.client.send(new BatchWriteItemCommand({ RequestItems: { [table.name]: puts } }));
  }
  return keys;
};

export const countItems = async (table: Table): Promise<number> => {
  const scan = new ScanCommand({ TableName: table.name, Select: 'COUNT', ConsistentRead: true });
  return (await table.client.send(scan)).Count ?? 0;
};

type Answer = (records: DynamoDBRecord[]) => Promise<DynamoDBBatchResponse> | DynamoDBBatchResponse;

export const ALL_HANDLED: DynamoDBBatchResponse = { batchItemFailures: [] };

export type Recorder = {
  /** Partition keys of the records of each batch, as they came. */
  batches: string[][];
  handler(event: DynamoDBStreamEvent): Promise<DynamoDBBatchResponse>;
};

/** A stream handler that writes down what it gets, and answers as told. */
export const recordBatches = (answer: Answer = () => ALL_HANDLED): Recorder => {
  const batches: string[][] = [];
  return {
    batches,
    handler: async ({ Records }) => {
      batches.push(partitionsOf(Records));
      return answer(Records);
    },
  };
};

export type TestPoller = Poller & { lines: Record<string, unknown>[] };

/** A poller with everything it logs. @throws when the table has no stream */
export const pollFor = async (
  endpoint: string,
  table: Table,
  handler: PollerOptions['handlers'][number],
  options: Partial<PollerOptions> = {},
): Promise<TestPoller> => {
  const lines: Record<string, unknown>[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const config = embeddedConfig(endpoint);
  const poller = await startPoller({
    ...{ config, table, handlers: [handler], log, clock: systemClock, idleMs: 10 },
    ...options,
  });
  if (!poller) throw new Error('the table has no stream');
  return { ...poller, lines };
};
