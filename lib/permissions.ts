import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ArtifactBucket, BUCKET_PREFIXES } from './constructs/artifact-bucket.ts';
import type { EventTable, IndexName } from './constructs/event-table.ts';

/** What one function may do, and why some of it is about more than one thing: by the wildcard's resource. */
export type Permissions = { statements: PolicyStatement[]; wildcards: Record<string, string> };

export const allow = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

export const readTable = ({ table }: EventTable): PolicyStatement =>
  allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], table.tableArn);

export const queryIndexes = (table: EventTable, ...names: IndexName[]): PolicyStatement =>
  allow(['dynamodb:Query'], ...names.map((name) => table.indexArn(name)));

/**
 * The code of the functions deletes no event, issue or commit: events expire, or a person erases them. IAM cannot hold it to that, since
 * BatchWriteItem is one action for puts and deletions (service authorization reference, "Amazon DynamoDB").
 */
export const writeTable = ({ table }: EventTable): PolicyStatement =>
  allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'], table.tableArn);

/** Holds what is done to rows of these partitions (DynamoDB developer guide, "dynamodb:LeadingKeys"). */
export const onPartitions = (
  { table }: EventTable,
  actions: string[],
  ...leadingKeys: string[]
): PolicyStatement =>
  new PolicyStatement({
    actions,
    resources: [table.tableArn],
    conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': leadingKeys } },
  });

/** What partitions begin with: events, connections and tenants, subscriptions, and executions with their attempts. */
export const EVENTS = 'E#*';
export const CONNECTIONS = 'CON#*';
export const TENANTS = 'TENANTS';
export const SUBSCRIPTIONS = 'SUB#*';
export const EXECUTIONS = 'X#*';

/** What the partitions begin with whose rows reconciliation takes away again: what is done, or was asked for. */
export const OWN_PARTITIONS = ['RECONCILE#*', 'ASKED#*'];

/** Takes rows of reconciliation away, and no others. */
export const removeOwnRows = (table: EventTable): PolicyStatement =>
  onPartitions(table, ['dynamodb:DeleteItem'], ...OWN_PARTITIONS);

/**
 * Raw bodies are read. ListBucket makes S3 answer 404 and not 403 for an object that is not there (API reference,
 * GetObject).
 */
export const readRawBodies = (bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['s3:GetObject'], bucket.keysUnder('raw')),
  allow(['s3:ListBucket'], bucket.bucket.bucketArn),
];

/** Run documents are written, and the latest is read before it is replaced; raw bodies are read. */
export const useArtifacts = (bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['s3:GetObject', 's3:PutObject'], bucket.keysUnder('documents'), bucket.keysUnder('tenants')),
  ...readRawBodies(bucket),
];

/** Why a right is about everything under a prefix of the bucket. */
const underPrefix = (prefix: keyof typeof BUCKET_PREFIXES, reason: string): Record<string, string> => ({
  [`<${ArtifactBucket.LOGICAL_ID}.Arn>/${BUCKET_PREFIXES[prefix]}*`]: reason,
});

export const RAW = underPrefix('raw', 'One object for each event, named by its id.');

const ONE_FOR_EACH_RUN = 'One object for each run, named by its time and id, and the latest.';

/** The wildcards of `useArtifacts`. */
export const ARTIFACTS = {
  ...RAW,
  ...underPrefix('documents', ONE_FOR_EACH_RUN),
  ...underPrefix('tenants', ONE_FOR_EACH_RUN),
};

/**
 * What an event source mapping of the table's stream needs of its function. The mapping is not created without
 * ListStreams, which cannot be limited to one stream (Lambda developer guide, "Process Amazon DynamoDB records with
 * Lambda"). Batches that it discards are written with the function's role.
 */
export const followStream = (table: EventTable, bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], table.streamArn),
  allow(['dynamodb:ListStreams'], '*'),
  allow(['s3:PutObject'], bucket.keysUnder('discarded')),
];

/** The wildcards of `followStream`. */
export const STREAM = {
  ...underPrefix('discarded', 'One object for each discarded batch, named by Lambda.'),
  '*': 'dynamodb:ListStreams, without which no stream can be mapped, knows no resources, nor does X-Ray; a test lists every wildcard.',
};
