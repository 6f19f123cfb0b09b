import { SWEEP_MINUTES } from '../../src/contract/functions.ts';
import { type FunctionSpec, onSchedule, type Resources } from '../constructs/service-function.ts';
import { ARTIFACTS, allow, queryIndexes, readTable, useArtifacts, writeTable } from '../permissions.ts';

/** Does what correlation does, for unprocessed events from the day index and for parked events. */
export const sweep = ({ table, bucket, secretArn, context }: Resources): FunctionSpec => ({
  description: 'Processes what the stream did not',
  // The same work as correlate.
  memoryMb: 1769,
  // Ends before the next run starts; its progress is stored, and the next run continues from there.
  timeoutSeconds: 840,
  // One at a time: a second one would only repeat the same work.
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
      // Once a day it checks the age of keys: their dates are in the secret, the secret's own is from DescribeSecret.
      allow(['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'], secretArn),
    ],
    wildcards: ARTIFACTS,
  },
  ...onSchedule(SWEEP_MINUTES),
});
