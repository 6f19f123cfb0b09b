import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  ResourceNotFoundException,
  type TableDescription,
  UpdateTimeToLiveCommand,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { TABLE, TTL_ATTRIBUTE } from '../../contract/table.ts';
import { ConfigError } from '../../errors/errors.ts';

/**
 * Creates the table if it is not there; for local use, on AWS the stack does it.
 * @returns true when this call created it
 * @throws ConfigError when a table of this name has other keys or indexes.
 */
export const ensureTable = async (client: DynamoDBClient, tableName: string): Promise<boolean> => {
  const there = await describe(client, tableName);
  if (there === null) {
    const made = await create(client, tableName);
    await waitUntilActive(client, tableName);
    await enableExpiry(client, tableName);
    return made;
  }
  await waitUntilActive(client, tableName);
  if (shapeOf(there) !== shapeOf(createTableInput(tableName)))
    throw new ConfigError(
      `TABLE_NAME ${tableName} names a table with other keys or indexes: choose another name`,
    );
  return false;
};

/** The `CreateTable` call for the one table definition. */
const createTableInput = (tableName: string): CreateTableCommandInput => ({
  TableName: tableName,
  BillingMode: 'PAY_PER_REQUEST',
  KeySchema: keySchema(TABLE.hash.name, TABLE.range.name),
  AttributeDefinitions: attributes(),
  GlobalSecondaryIndexes: globalIndexes(),
  StreamSpecification: { StreamEnabled: true, StreamViewType: TABLE.streamView },
});

const keySchema = (hash: string, range: string) => [
  { AttributeName: hash, KeyType: 'HASH' as const },
  { AttributeName: range, KeyType: 'RANGE' as const },
];

const attributes = () => {
  const all = [TABLE.hash, TABLE.range, ...TABLE.indexes.flatMap((index) => [index.hash, index.range])];
  return all.map(({ name, type }) => ({ AttributeName: name, AttributeType: type }));
};

const globalIndexes = () =>
  TABLE.indexes.map((index) => ({
    IndexName: index.name,
    KeySchema: keySchema(index.hash.name, index.range.name),
    Projection:
      index.include.length > 0
        ? { ProjectionType: 'INCLUDE' as const, NonKeyAttributes: [...index.include] }
        : { ProjectionType: 'KEYS_ONLY' as const },
  }));

const describe = async (client: DynamoDBClient, name: string): Promise<TableDescription | null> => {
  try {
    return (await client.send(new DescribeTableCommand({ TableName: name }))).Table ?? null;
  } catch (fault) {
    if (fault instanceof ResourceNotFoundException) return null;
    throw fault;
  }
};

const shapeOf = (table: Pick<TableDescription, 'KeySchema' | 'GlobalSecondaryIndexes'>): string =>
  JSON.stringify([
    (table.KeySchema ?? []).map((key) => key.AttributeName),
    (table.GlobalSecondaryIndexes ?? [])
      .map((index) => [index.IndexName, ...(index.KeySchema ?? []).map((key) => key.AttributeName)].join(' '))
      .sort(),
  ]);

/** False when another process created it at the same time. */
const create = async (client: DynamoDBClient, name: string): Promise<boolean> => {
  try {
    await client.send(new CreateTableCommand(createTableInput(name)));
    return true;
  } catch (fault) {
    if (fault instanceof ResourceInUseException) return false;
    throw fault;
  }
};

/** Some compatible servers cannot expire items. Nothing depends on it: reads skip expired rows. */
const enableExpiry = async (client: DynamoDBClient, name: string): Promise<void> => {
  const specification = { Enabled: true, AttributeName: TTL_ATTRIBUTE };
  try {
    await client.send(
      new UpdateTimeToLiveCommand({ TableName: name, TimeToLiveSpecification: specification }),
    );
  } catch (fault) {
    if (!(fault instanceof Error && fault.name === 'UnknownOperationException')) throw fault;
  }
};

const waitUntilActive = async (client: DynamoDBClient, name: string): Promise<void> => {
  await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1, maxDelay: 2 }, { TableName: name });
};
