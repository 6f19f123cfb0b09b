import { isDeepStrictEqual } from 'node:util';
import {
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  type DynamoDBClient,
  type TableDescription,
} from '@aws-sdk/client-dynamodb';
import {
  GetBucketEncryptionCommand,
  GetBucketLifecycleConfigurationCommand,
  GetBucketVersioningCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { TABLE, TTL_ATTRIBUTE } from '../../src/contract/table.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { expectFact, type Finding, seeFact } from './findings.ts';

const byName = (all: readonly { name: string; type: string }[]): [string, string][] =>
  all.map(({ name, type }): [string, string] => [name, type]).sort(([a], [b]) => (a < b ? -1 : 1));

const expectedAttributes = (): [string, string][] =>
  byName([TABLE.hash, TABLE.range, ...TABLE.indexes.flatMap(({ hash, range }) => [hash, range])]);

const attributesOf = ({ AttributeDefinitions = [] }: TableDescription): [string, string][] =>
  byName(
    AttributeDefinitions.map(({ AttributeName = '', AttributeType = '' }) => ({
      name: AttributeName,
      type: AttributeType,
    })),
  );

const projectionsOf = ({ GlobalSecondaryIndexes = [] }: TableDescription): Record<string, string[]> =>
  Object.fromEntries(
    GlobalSecondaryIndexes.map(({ IndexName = '', Projection }) => [
      IndexName,
      [...(Projection?.NonKeyAttributes ?? [])].sort(),
    ]),
  );

const expectedProjections = (): Record<string, string[]> =>
  Object.fromEntries(TABLE.indexes.map(({ name, include }) => [name, [...include].sort()]));

/** Says whether keys and indexes are those of the one definition: the local start refuses any other table. */
const hasOurShape = (client: DynamoDBClient, name: string): Promise<boolean> =>
  ensureTable(client, name).then(
    () => true,
    () => false,
  );

/** Compares the table that came up with the one definition that the code uses. */
export const checkTable = async (client: DynamoDBClient, TableName: string): Promise<Finding[]> => {
  const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
  const { StreamSpecification, BillingModeSummary } = Table;
  return [
    expectFact('table: keys and indexes', await hasOurShape(client, TableName)),
    expectFact('table: attributes', isDeepStrictEqual(attributesOf(Table), expectedAttributes())),
    expectFact('table: index projections', isDeepStrictEqual(projectionsOf(Table), expectedProjections())),
    expectFact('table: stream', StreamSpecification?.StreamViewType === TABLE.streamView),
    expectFact('table: billing', BillingModeSummary?.BillingMode === 'PAY_PER_REQUEST'),
    await seeFact('table: expiry', async () => {
      const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
      return TimeToLiveDescription?.AttributeName === TTL_ATTRIBUTE;
    }),
    await seeFact('table: point-in-time recovery', async () => {
      const { ContinuousBackupsDescription } = await client.send(
        new DescribeContinuousBackupsCommand({ TableName }),
      );
      return (
        ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus === 'ENABLED'
      );
    }),
  ];
};

/** What the bucket that came up shows of the template. */
export const checkBucket = async (client: S3Client, Bucket: string): Promise<Finding[]> => {
  const there = await client.send(new HeadBucketCommand({ Bucket })).then(
    () => true,
    () => false,
  );
  return [
    expectFact('bucket: is there', there),
    await seeFact('bucket: encryption', async () => {
      const { ServerSideEncryptionConfiguration } = await client.send(
        new GetBucketEncryptionCommand({ Bucket }),
      );
      return (ServerSideEncryptionConfiguration?.Rules ?? []).length > 0;
    }),
    await seeFact('bucket: versions', async () => {
      const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket }));
      return Status === 'Enabled';
    }),
    await seeFact('bucket: not public', async () => {
      const { PublicAccessBlockConfiguration } = await client.send(
        new GetPublicAccessBlockCommand({ Bucket }),
      );
      return PublicAccessBlockConfiguration?.BlockPublicPolicy === true;
    }),
    await seeFact('bucket: expiry of raw bodies', async () => {
      const { Rules = [] } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket }));
      return Rules.some(({ ID }) => ID === 'raw-bodies');
    }),
  ];
};
