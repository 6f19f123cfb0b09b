import { type AttributeValue, BatchWriteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { chunks } from '../../src/platform/chunks.ts';
import { MOST_PER_CALL } from '../../src/store/calls/rows.ts';
import { createTable, openApp, type TestApp } from './app.ts';

/** Everything in a table, as it is stored. */
export type TableCopy = Record<string, AttributeValue>[];

/** For tests that begin at the same state: it is made once, and each begins with a copy. */
export const copyTable = async ({ events: { table } }: TestApp): Promise<TableCopy> => {
  const rows: TableCopy = [];
  let ExclusiveStartKey: TableCopy[number] | undefined;
  do {
    const page = await table.client.send(
      new ScanCommand({ TableName: table.name, ConsistentRead: true, ExclusiveStartKey }),
    );
    rows.push(...(page.Items ?? []));
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return rows;
};

/** An app on a new table that holds the same. */
export const startCopy = async (endpoint: string, copy: TableCopy): Promise<TestApp> => {
  const app = openApp({ endpoint, tableName: await createTable(endpoint) });
  const { client, name } = app.events.table;
  for (const rows of chunks(copy, MOST_PER_CALL)) {
    const puts = rows.map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [name]: puts } }));
  }
  return app;
};
