import { PUBLISH_SWEEP_MINUTES } from '../../src/contract/functions.ts';
import { type FunctionSpec, mostWait, type Resources } from '../constructs/service-function.ts';
import {
  allow,
  EVENTS,
  EXECUTIONS,
  followStream,
  onPartitions,
  queryIndexes,
  STREAM,
  SUBSCRIPTIONS,
  TENANTS,
} from '../permissions.ts';

/** What the partitions of its marks begin with: how far the sweep has come. */
export const MARKS = 'PUBLISH#*';

/** Makes an execution of each event for each subscription that wants it; none while executions are off. */
export const publish = ({ table, bucket, sender, context }: Resources): FunctionSpec | null => {
  if (sender === undefined) return null;
  return {
    description: 'Follows the table stream, and makes executions of what subscriptions match',
    memoryMb: 1024,
    // Usually well below a second. The longest is a sweep after an outage: it ends before the next one begins.
    timeoutSeconds: 840,
    // None: a shard is read by one at a time, and what is throttled here only waits.
    reservedConcurrency: null,
    sourceMaps: true,
    environment: {
      TABLE_NAME: table.table.tableName,
      EVENT_RETENTION_DAYS: String(context.retentionDays),
      SEND_FUNCTION_NAME: sender.functionName,
    },
    permissions: {
      statements: [
        onPartitions(table, ['dynamodb:BatchGetItem'], EVENTS, SUBSCRIPTIONS, EXECUTIONS),
        onPartitions(table, ['dynamodb:Query'], TENANTS),
        onPartitions(table, ['dynamodb:GetItem'], MARKS),
        onPartitions(table, ['dynamodb:UpdateItem'], MARKS, TENANTS),
        onPartitions(table, ['dynamodb:PutItem'], EXECUTIONS),
        queryIndexes(table, 'by_day', 'worklist'),
        allow(['lambda:InvokeFunction'], sender.functionArn),
        ...followStream(table, bucket),
      ],
      wildcards: STREAM,
    },
    noDeadLetters:
      'What the stream mapping discards goes into the bucket; what a scheduled run did not do, the next one does.',
    waitMinutes: mostWait(PUBLISH_SWEEP_MINUTES),
  };
};
