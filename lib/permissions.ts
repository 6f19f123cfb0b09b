import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ArtifactBucket, BUCKET_PREFIXES } from './constructs/artifact-bucket.ts';
import type { EventTable, IndexName } from './constructs/event-table.ts';

/** What one function may do. `wildcards`: the reason for each wildcard, by resource. */
export type Permissions = { statements: PolicyStatement[]; wildcards: Record<string, string> };

export const allow = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

export const readTable = ({ table }: EventTable): PolicyStatement =>
  allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], table.tableArn);

export const queryIndexes = (table: EventTable, ...names: IndexName[]): PolicyStatement =>
  allow(['dynamodb:Query'], ...names.map((name) => table.indexArn(name)));

/**
 * The functions' code deletes no event, issue or commit: events expire, or a person erases them. IAM cannot enforce
 * that, because BatchWriteItem is one action for puts and deletions (service authorization reference, "Amazon
 * DynamoDB").
 */
export const writeTable = ({ table }: EventTable): PolicyStatement =>
  allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'], table.tableArn);

/** Restricts actions to rows of these partitions (DynamoDB developer guide, "dynamodb:LeadingKeys"). */
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

/** Prefixes of partitions: events, connections and tenants, subscriptions, and executions with their attempts. */
export const EVENTS = 'E#*';
export const CONNECTIONS = 'CON#*';
export const TENANTS = 'TENANTS';
export const SUBSCRIPTIONS = 'SUB#*';
export const EXECUTIONS = 'X#*';

/** Prefixes of the partitions whose rows reconciliation deletes: its own state, and requests that are done. */
export const OWN_PARTITIONS = ['RECONCILE#*', 'ASKED#*'];

/** Deletes rows of reconciliation, and no others. */
export const removeOwnRows = (table: EventTable): PolicyStatement =>
  onPartitions(table, ['dynamodb:DeleteItem'], ...OWN_PARTITIONS);

/** Reads raw bodies. With ListBucket, S3 answers 404 instead of 403 for a missing object (API reference, GetObject). */
export const readRawBodies = (bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['s3:GetObject'], bucket.keysUnder('raw')),
  allow(['s3:ListBucket'], bucket.bucket.bucketArn),
];

/** Writes run documents, reading the latest before it is replaced; reads raw bodies. */
export const useArtifacts = (bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['s3:GetObject', 's3:PutObject'], bucket.keysUnder('documents'), bucket.keysUnder('tenants')),
  ...readRawBodies(bucket),
];

/** The reason for a permission on everything under a prefix of the bucket. */
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
 * What an event source mapping of the table's stream needs in the function's role. Without ListStreams, which cannot be
 * limited to one stream, the mapping cannot be created (Lambda developer guide, "Process Amazon DynamoDB records with
 * Lambda"). Discarded batches are written with the same role.
 */
export const followStream = (table: EventTable, bucket: ArtifactBucket): PolicyStatement[] => [
  allow(['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'], table.streamArn),
  allow(['dynamodb:ListStreams'], '*'),
  allow(['s3:PutObject'], bucket.keysUnder('discarded')),
];

/** The wildcards of `followStream`. */
export const STREAM = {
  ...underPrefix('discarded', 'One object for each discarded batch, named by Lambda.'),
  '*': 'dynamodb:ListStreams, without which no stream can be mapped, supports no resource-level permissions, nor does X-Ray; a test lists every wildcard.',
};
