import { DescribeTableCommand } from '@aws-sdk/client-dynamodb';
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams';
import { embeddedConfig, streamsConfig } from '../../../src/local/aws-config.ts';
import { tableAt } from '../../support/polling.ts';

/** How many records a shard holds now, from its oldest on. */
const lengthOfShard = async (
  client: DynamoDBStreamsClient,
  StreamArn: string,
  ShardId: string | undefined,
): Promise<number> => {
  const open = { StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' as const };
  let { ShardIterator: next } = await client.send(new GetShardIteratorCommand(open));
  for (let length = 0; ; ) {
    const page = await client.send(new GetRecordsCommand({ ShardIterator: next, Limit: 1_000 }));
    const count = page.Records?.length ?? 0;
    length += count;
    if (count === 0) return length;
    next = page.NextShardIterator;
  }
};

/** How many records a table's stream holds, read from the database itself and from its beginning. */
export const streamLength = async (endpoint: string, tableName: string): Promise<number> => {
  const { client: database } = tableAt(endpoint, tableName);
  const client = new DynamoDBStreamsClient(streamsConfig(embeddedConfig(endpoint)));
  const { Table } = await database.send(new DescribeTableCommand({ TableName: tableName }));
  const StreamArn = Table?.LatestStreamArn ?? '';
  const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }));
  const shards = StreamDescription?.Shards ?? [];
  const lengths = await Promise.all(shards.map(({ ShardId }) => lengthOfShard(client, StreamArn, ShardId)));
  client.destroy();
  database.destroy();
  return lengths.reduce((sum, length) => sum + length, 0);
};
