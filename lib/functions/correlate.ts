import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { ARTIFACTS, followStream, readTable, STREAM, useArtifacts, writeTable } from '../permissions.ts';

/** Correlation follows the table's stream, and writes what follows from it. */
export const correlate = ({ table, bucket, context }: Resources): FunctionSpec => ({
  description: 'Follows the table stream, and links issues with commits',
  // One whole processor. A batch may hold 100 deliveries of 2,000 commits each, all in memory at once: read,
  // they took 110 MB, and 400 MB with everything around them.
  memoryMb: 1769,
  // Usually seconds. A batch that needs longer than the longest Lambda allows is cut in two by the mapping,
  // and what was done of it stays done. Single calls have their own, short limits, so none hangs for so long.
  timeoutSeconds: 900,
  // None: shards times parallelization factor limit it already, and what is throttled here only waits.
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
