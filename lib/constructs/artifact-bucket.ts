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

/** In this order: raw bodies, run documents, those of other tenants, and batches that the stream mapping discarded. */
export const BUCKET_PREFIXES = {
  raw: 'artifacts/raw/',
  documents: 'artifacts/issues/',
  tenants: 'artifacts/tenants/',
  /**
   * Lambda's own choice for a failure destination (Lambda developer guide, "Retain discarded records for a DynamoDB
   * event source").
   */
  discarded: 'aws/lambda/',
} as const;

/** Quarantined events, and so their raw bodies, live this many times as long as others. */
const QUARANTINE_FACTOR = 3;

/**
 * A body goes with its event, whose kind is its tag. One without the tag, put back by hand, stays as long as any may:
 * of two rules for one object S3 follows the shorter (S3 user guide, "How Amazon S3 handles conflicts in lifecycle
 * configurations").
 */
const rawBodyRules = (retentionDays: number) => [
  {
    id: 'raw-bodies',
    prefix: BUCKET_PREFIXES.raw,
    expiration: Duration.days(retentionDays * QUARANTINE_FACTOR),
    // Erased must mean gone: one day is the shortest that S3 knows.
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
    // Only keys of events are in them, and an event that is gone needs nothing any more.
    expiration: Duration.days(retentionDays),
    noncurrentVersionExpiration: Duration.days(1),
  },
  // They are what others come for, so they stay. A week to take back what overwrote one.
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
 * Raw bodies too large for the table, run documents, and discarded batches of stream records. It stays
 * when the stack goes, in every stage: CloudFormation cannot delete a bucket with something in it.
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
        'Only three roles of this stack read or write here. CloudTrail data events record who reads what more reliably than access logs in another bucket would.',
    });
  }

  /** ARN of everything under one of the prefixes. */
  keysUnder(prefix: keyof typeof BUCKET_PREFIXES): string {
    return this.bucket.arnForObjects(`${BUCKET_PREFIXES[prefix]}*`);
  }
}
