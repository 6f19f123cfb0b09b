import {
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ensureTable } from '../../../src/store/calls/create-table.ts';
import { startTestEngine } from '../../support/engine.ts';
import { type MeteringProxy, startMeteringProxy } from '../../support/metering-proxy.ts';

const TABLE = 'metering-test';

let engine: Awaited<ReturnType<typeof startTestEngine>>;
let proxy: MeteringProxy;
let client: DynamoDBClient;

beforeAll(async () => {
  engine = await startTestEngine();
  proxy = await startMeteringProxy(engine.endpoint);
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  client = new DynamoDBClient({ endpoint: proxy.endpoint, region: 'us-east-1', credentials });
  await ensureTable(client, TABLE);
});

afterAll(async () => {
  client?.destroy();
  await proxy?.close();
  await engine?.stop();
});

beforeEach(() => {
  proxy.writes.length = 0;
});

const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 'E' } });

/** An item in two indexes whose body has this many bytes. */
const event = (pk: string, bytes: number) => ({
  ...key(pk),
  issue_pk: { S: 'default#1' },
  occurred_ms: { N: '1' },
  day_pk: { S: 'default#2026-11-22#0' },
  run_id: { S: 'run' },
  body: { B: new Uint8Array(bytes) },
});

const put = (Item: ReturnType<typeof event>, extra: object = {}) =>
  client.send(new PutItemCommand({ TableName: TABLE, Item, ...extra }));

const counts = () =>
  proxy.writes.map(({ operation, refused, table, indexes }) => ({ operation, refused, table, indexes }));

describe('the metering proxy', () => {
  it('counts the table by the size of the item and each index it is in, because every one is a write of its own', async () => {
    await put(event('a', 2_100));
    expect(counts()).toEqual([
      { operation: 'PutItem', refused: false, table: 3, indexes: { by_issue: 1, by_day: 1 } },
    ]);
  });

  it('counts an update that leaves the index keys alone without them, because the index is not written then', async () => {
    await put(event('b', 10));
    await client.send(
      new UpdateItemCommand({
        TableName: TABLE,
        Key: key('b'),
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: { ':body': { B: new Uint8Array(1_500) } },
      }),
    );
    expect(counts()[1]).toEqual({ operation: 'UpdateItem', refused: false, table: 2, indexes: {} });
  });

  it('counts a refused condition as the size of the stored item, because that is what DynamoDB bills', async () => {
    await put(event('c', 4_000));
    const again = put(event('c', 10), { ConditionExpression: 'attribute_not_exists(pk)' });
    await expect(again).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect(counts()[1]).toEqual({ operation: 'PutItem', refused: true, table: 4, indexes: {} });
  });

  it('counts a refused condition on nothing as one unit, because that is the least a write costs', async () => {
    const update = new UpdateItemCommand({
      TableName: TABLE,
      Key: key('nothing'),
      UpdateExpression: 'SET x = :x',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    });
    await expect(client.send(update)).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    expect(counts()).toEqual([{ operation: 'UpdateItem', refused: true, table: 1, indexes: {} }]);
  });

  it('keeps the request as it came, because others build on it', async () => {
    await put(event('d', 3));
    expect(proxy.writes[0]?.input).toEqual({
      TableName: TABLE,
      Item: { ...event('d', 3), body: { B: 'AAAA' } },
    });
  });

  it('passes reads on and does not count them, because only writes are asked for', async () => {
    await put(event('e', 3));
    const { Item } = await client.send(new GetItemCommand({ TableName: TABLE, Key: key('e') }));
    expect(Item?.body).toEqual({ B: new Uint8Array(3) });
    expect(proxy.writes).toHaveLength(1);
  });

  it('does not count a request the database calls invalid, because it costs nothing', async () => {
    const wrong = client.send(new PutItemCommand({ TableName: TABLE, Item: { pk: { S: 'only' } } }));
    await expect(wrong).rejects.toMatchObject({ name: 'ValidationException' });
    expect(proxy.writes).toEqual([]);
  });

  it('counts each put of a batch, because many rows written at once cost as much as one by one', async () => {
    const items = ['f', 'g'].map((pk) => ({ PutRequest: { Item: event(pk, 2_100) } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TABLE]: items } }));
    const each = {
      operation: 'BatchWriteItem',
      refused: false,
      table: 3,
      indexes: { by_issue: 1, by_day: 1 },
    };
    expect(counts()).toEqual([each, each]);
    expect(proxy.writes.map(({ input }) => input.Item)).toMatchObject([key('f'), key('g')]);
  });

  it('refuses transactions, because leaving them out would make the figure wrong', async () => {
    const TransactItems = [{ Put: { TableName: TABLE, Item: event('h', 3) } }];
    const transaction = client.send(new TransactWriteItemsCommand({ TransactItems }));
    await expect(transaction).rejects.toMatchObject({ name: 'UnknownOperationException' });
  });
});
