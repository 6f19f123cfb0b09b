import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ArtifactBucket, BUCKET_PREFIXES } from './constructs/artifact-bucket.ts';
import type { EventTable } from './constructs/event-table.ts';

/** What the functions' rights are about. */
export type Resources = { table: EventTable; bucket: ArtifactBucket; secretArn: string };

/** What one function may do, and why some of it is about more than one thing: by the wildcard's resource. */
export type Permissions = { statements: PolicyStatement[]; wildcards: Record<string, string> };

const allow = (actions: string[], ...resources: string[]): PolicyStatement =>
  new PolicyStatement({ actions, resources });

const INDEXES = ['by_issue', 'by_day', 'by_project', 'worklist'] as const;

const underPrefix = (prefix: keyof typeof BUCKET_PREFIXES, reason: string): Record<string, string> => ({
  [`<${ArtifactBucket.LOGICAL_ID}.Arn>/${BUCKET_PREFIXES[prefix]}*`]: reason,
});

const RAW = underPrefix('raw', 'One object for each event, named by its id.');
const ONE_FOR_EACH_RUN = 'One object for each run, named by its time and id, and the latest.';
const DOCUMENTS = {
  ...underPrefix('documents', ONE_FOR_EACH_RUN),
  ...underPrefix('tenants', ONE_FOR_EACH_RUN),
};
const GIVEN_UP = underPrefix('givenUp', 'One object for each batch that is given up, named by Lambda.');

const LIST_STREAMS =
  'dynamodb:ListStreams, without which no stream can be mapped, knows no resources, nor does X-Ray; a test lists every wildcard.';

const readTable = ({ table }: Resources) =>
  allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], table.table.tableArn);

/**
 * The code of the functions deletes nothing: events expire, or a person erases them. IAM cannot hold it to that, since
 * BatchWriteItem is one action for puts and deletions (service authorization reference, "Amazon DynamoDB").
 */
const writeTable = ({ table }: Resources) =>
  allow(['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'], table.table.tableArn);

/**
 * Run documents are written, and the latest is read before it is replaced; raw bodies are read. ListBucket makes
 * S3 answer 404 and not 403 for an object that is not there (API reference, GetObject).
 */
const useArtifacts = ({ bucket }: Resources) => [
  allow(['s3:GetObject', 's3:PutObject'], bucket.keysUnder('documents'), bucket.keysUnder('tenants')),
  allow(['s3:GetObject'], bucket.keysUnder('raw')),
  allow(['s3:ListBucket'], bucket.bucket.bucketArn),
];

/** The write side: single items of the table, its one secret, and raw bodies, which it never reads back. */
export const ingestPermissions = (resources: Resources): Permissions => ({
  statements: [
    allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], resources.table.table.tableArn),
    allow(['secretsmanager:GetSecretValue'], resources.secretArn),
    // The tag says how long the body is kept; S3 asks for a right of its own to put one with the object.
    allow(['s3:PutObject', 's3:PutObjectTagging'], resources.bucket.keysUnder('raw')),
  ],
  wildcards: RAW,
});

/** The read side: the table and its indexes, and nothing to write with. */
export const readPermissions = (resources: Resources): Permissions => ({
  statements: [
    readTable(resources),
    allow(['dynamodb:Query'], ...INDEXES.map((name) => resources.table.indexArn(name))),
  ],
  wildcards: {},
});

/**
 * Correlation follows the table's stream. The mapping is not created without ListStreams, which cannot be limited
 * to one stream (Lambda developer guide, "Process Amazon DynamoDB records with Lambda").
 */
export const correlatePermissions = (resources: Resources): Permissions => ({
  statements: [
    readTable(resources),
    writeTable(resources),
    ...useArtifacts(resources),
    allow(
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      resources.table.streamArn,
    ),
    allow(['dynamodb:ListStreams'], '*'),
    allow(['s3:PutObject'], resources.bucket.keysUnder('givenUp')),
  ],
  wildcards: { ...RAW, ...DOCUMENTS, ...GIVEN_UP, '*': LIST_STREAMS },
});

/** The sweep does what correlation does, and finds its work in the day index and among what is parked. */
export const sweepPermissions = (resources: Resources): Permissions => ({
  statements: [
    readTable(resources),
    writeTable(resources),
    ...useArtifacts(resources),
    allow(['dynamodb:Query'], resources.table.indexArn('by_day'), resources.table.indexArn('worklist')),
  ],
  wildcards: { ...RAW, ...DOCUMENTS },
});
