import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { queryIndexes, RAW, readRawBodies, readTable } from '../permissions.ts';

/** The read side: the table, its indexes and raw bodies, without write permissions. */
export const read = ({ table, bucket, context }: Resources): FunctionSpec => ({
  description: 'Answers questions about issues and events',
  // A page decompresses up to 64 MB of events, or one of up to 160 MB from older code; `/stats` counts up to 10,000.
  memoryMb: 512,
  timeoutSeconds: 10,
  // A limit, so that reads do not take concurrency from deliveries. Twenty at a time are many people.
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
  noDeadLetters: 'The gateway invokes it synchronously: its caller sees a failure and decides.',
});
