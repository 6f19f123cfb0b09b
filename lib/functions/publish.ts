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

/** Prefix of the partitions with the marks of its sweep. */
export const MARKS = 'PUBLISH#*';

/** Creates an execution for each event and subscription that match; null while executions are off. */
export const publish = ({ table, bucket, sender, context }: Resources): FunctionSpec | null => {
  if (sender === undefined) return null;
  return {
    description: 'Follows the table stream, and makes executions of what subscriptions match',
    memoryMb: 1024,
    // Usually well below a second. The longest run is a sweep after an outage, which must end before the next one.
    timeoutSeconds: 840,
    // None: each shard has one concurrent batch, and throttled batches are only delayed.
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
