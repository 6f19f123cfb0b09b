import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { queryIndexes, RAW, readRawBodies, readTable } from '../permissions.ts';

/** The read side: the table, its indexes and raw bodies, and nothing to write with. */
export const read = ({ table, bucket, context }: Resources): FunctionSpec => ({
  description: 'Answers questions about issues and events',
  // Decompresses up to 64 MB of events for a page, and 160 MB for one of older code; `/stats` counts up to 10,000.
  memoryMb: 512,
  timeoutSeconds: 10,
  // A limit: questions must not take what deliveries need. Twenty at a time are many people.
  reservedConcurrency: 20,
  sourceMaps: false,
  environment: {
    TABLE_NAME: table.table.tableName,
    ARTIFACTS_BUCKET: bucket.bucket.bucketName,
    EVENT_RETENTION_DAYS: String(context.retentionDays),
    EXECUTIONS: context.executions,
  },
  permissions: {
    statements: [
      readTable(table),
      queryIndexes(table, 'by_issue', 'by_day', 'by_project', 'worklist'),
      ...readRawBodies(bucket),
    ],
    wildcards: RAW,
  },
  noDeadLetters: 'The gateway invokes it synchronously: the sender sees a failure and retries.',
});
