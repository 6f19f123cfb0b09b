import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { ARTIFACTS, followStream, readTable, STREAM, useArtifacts, writeTable } from '../permissions.ts';

/** Reads the table's stream and writes the results of correlation. */
export const correlate = ({ table, bucket, context }: Resources): FunctionSpec => ({
  description: 'Follows the table stream, and links issues with commits',
  // One vCPU. A batch may have 100 deliveries of 2,000 commits each, all in memory at once: parsed, they took 110 MB,
  // and 400 MB with everything around them.
  memoryMb: 1769,
  // Usually seconds; this is Lambda's maximum. The mapping bisects a batch that takes longer, and what is already
  // written stays. Single calls have short timeouts of their own, so none hangs for so long.
  timeoutSeconds: 900,
  // None: shards times parallelization factor already limit it, and throttled batches are only delayed.
  reservedConcurrency: null,
  sourceMaps: true,
  environment: {
    TABLE_NAME: table.table.tableName,
    ARTIFACTS_BUCKET: bucket.bucket.bucketName,
    ...(context.jiraSiteUrl ? { JIRA_SITE_URL: context.jiraSiteUrl } : {}),
  },
  permissions: {
    statements: [
      readTable(table),
      writeTable(table),
      ...useArtifacts(bucket),
      ...followStream(table, bucket),
    ],
    wildcards: { ...ARTIFACTS, ...STREAM },
  },
  noDeadLetters: 'The stream mapping invokes it synchronously; a discarded batch goes into the bucket.',
});
