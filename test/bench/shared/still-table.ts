import { DynamoDBClient, UpdateTableCommand } from '@aws-sdk/client-dynamodb';
import { embeddedConfig } from '../../../src/local/aws-config.ts';
import { ensureTable } from '../../../src/store/calls/create-table.ts';

/**
 * The table as it always is, but with its stream turned off: the embedded engine looks through all records of the
 * stream for every write, so hundreds of thousands of rows would take it hours. For what reads no stream.
 */
export const makeStill = async (endpoint: string, tableName: string): Promise<void> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  try {
    await ensureTable(client, tableName);
    const off = { TableName: tableName, StreamSpecification: { StreamEnabled: false } };
    await client.send(new UpdateTableCommand(off));
  } finally {
    client.destroy();
  }
};
