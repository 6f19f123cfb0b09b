import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { BlockPublicAccess, Bucket, BucketEncryption, ObjectOwnership } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { QUARANTINED_TAG } from '../../src/contract/table.ts';
import { acknowledge } from '../checks.ts';
import { pinLogicalId } from '../default-child.ts';

export type ArtifactBucketProps = {
  /** Days until an event expires. */
  readonly retentionDays: number;
};

/** Raw bodies, run documents, run documents of other tenants, and batches that the stream mappings discarded. */
export const BUCKET_PREFIXES = {
  raw: 'artifacts/raw/',
  documents: 'artifacts/issues/',
  tenants: 'artifacts/tenants/',
  /**
   * Chosen by Lambda for a failure destination (Lambda developer guide, "Retain discarded records for a DynamoDB event
   * source").
   */
  discarded: 'aws/lambda/',
} as const;

/** Quarantined events and their raw bodies are kept this many times as long as others. */
const QUARANTINE_FACTOR = 3;

/**
 * A body expires with its event: its tag says whether that is quarantined. A body without the tag, restored by hand,
 * gets the longer time. If two rules match an object, S3 applies the shorter (S3 user guide, "How Amazon S3 handles
 * conflicts in lifecycle configurations").
 */
const rawBodyRules = (retentionDays: number) => [
  {
    id: 'raw-bodies',
    prefix: BUCKET_PREFIXES.raw,
    expiration: Duration.days(retentionDays * QUARANTINE_FACTOR),
    // An erased body must be gone soon: one day is the minimum in S3.
    noncurrentVersionExpiration: Duration.days(1),
  },
  {
    id: 'raw-bodies-not-quarantined',
    prefix: BUCKET_PREFIXES.raw,
    tagFilters: { [QUARANTINED_TAG]: 'false' },
    expiration: Duration.days(retentionDays),
  },
];

const rules = (retentionDays: number) => [
  ...rawBodyRules(retentionDays),
  {
    id: 'discarded-batches',
    prefix: BUCKET_PREFIXES.discarded,
    // They contain only keys of events, and an expired event no longer needs processing.
    expiration: Duration.days(retentionDays),
    noncurrentVersionExpiration: Duration.days(1),
  },
  // Run documents are the product, so they do not expire. Overwritten versions can be restored for a week.
  ...(['documents', 'tenants'] as const).map((name) => ({
    id: name === 'documents' ? 'run-documents' : 'run-documents-of-tenants',
    prefix: BUCKET_PREFIXES[name],
    noncurrentVersionExpiration: Duration.days(7),
  })),
  {
    id: 'left-overs',
    abortIncompleteMultipartUploadAfter: Duration.days(1),
    expiredObjectDeleteMarker: true,
  },
];

/**
 * The bucket for raw bodies too large for the table, run documents, and discarded batches of stream records. Retained
 * when the stack is deleted, in every stage: CloudFormation cannot delete a bucket that is not empty.
 */
export class ArtifactBucket extends Construct {
  static readonly LOGICAL_ID = 'ArtifactBucket';

  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { retentionDays }: ArtifactBucketProps) {
    super(scope, id);
    this.bucket = new Bucket(this, 'Bucket', {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      minimumTLSVersion: 1.2,
      versioned: true,
      lifecycleRules: rules(retentionDays),
      removalPolicy: RemovalPolicy.RETAIN,
    });
    pinLogicalId(this.bucket, ArtifactBucket.LOGICAL_ID);
    acknowledge(this.bucket, {
      'AwsSolutions-S1':
        'Only roles of this stack read or write here. CloudTrail data events record who reads what more reliably than access logs in another bucket would.',
    });
  }

  /** ARN of everything under one of the prefixes. */
  keysUnder(prefix: keyof typeof BUCKET_PREFIXES): string {
    return this.bucket.arnForObjects(`${BUCKET_PREFIXES[prefix]}*`);
  }
}
