import { SWEEP_MINUTES } from '../../src/contract/functions.ts';
import { type FunctionSpec, onSchedule, type Resources } from '../constructs/service-function.ts';
import { ARTIFACTS, allow, queryIndexes, readTable, useArtifacts, writeTable } from '../permissions.ts';

/** The sweep does what correlation does, and finds its work in the day index and among what is parked. */
export const sweep = ({ table, bucket, secretArn, context }: Resources): FunctionSpec => ({
  description: 'Processes what the stream did not',
  // The same work as correlate.
  memoryMb: 1769,
  // Ends before the next one begins; what it did is written down, and the next goes on from there.
  timeoutSeconds: 840,
  // One at a time: a second one would only do the same work again.
  reservedConcurrency: 1,
  sourceMaps: true,
  environment: {
    TABLE_NAME: table.table.tableName,
    ARTIFACTS_BUCKET: bucket.bucket.bucketName,
    EVENT_RETENTION_DAYS: String(context.retentionDays),
    JIRA_WEBHOOK_SECRET_ARN: secretArn,
    ...(context.jiraSiteUrl ? { JIRA_SITE_URL: context.jiraSiteUrl } : {}),
  },
  permissions: {
    statements: [
      readTable(table),
      writeTable(table),
      ...useArtifacts(bucket),
      queryIndexes(table, 'by_day', 'worklist'),
      // Once a day it looks how old keys are: their dates are in the secret, its own is told by DescribeSecret.
      allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], secretArn),
    ],
    wildcards: ARTIFACTS,
  },
  ...onSchedule(SWEEP_MINUTES),
});
