import { START_LANES_MINUTES } from '../../src/contract/functions.ts';
import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import {
  allow,
  EVENTS,
  EXECUTIONS,
  onPartitions,
  queryIndexes,
  RAW,
  readRawBodies,
  SUBSCRIPTIONS,
} from '../permissions.ts';

/** Prefixes of the partitions that a lane uses besides executions: its own, the issues that it sends, their keys. */
export const LANES = 'LANE#*';
export const ISSUES = 'I#*';
export const KEYS = 'K#*';

/** Sends to targets; null while executions are off. The only function that calls hosts that people choose. */
export const send = (resources: Resources): FunctionSpec | null => {
  const { table, bucket, secretArn, topicArn, ownHosts, context } = resources;
  if (context.executions === 'off') return null;
  return {
    description: 'Sends what waits for a subscription, and answers pings',
    // Fifty concurrent requests mostly wait; each holds a body of 200 KB and 64 KB of an answer.
    memoryMb: 1024,
    // It claims nothing after four minutes, and attempts in flight end within another 45 s; the rest is to store them.
    timeoutSeconds: 300,
    usesItsTime: true,
    // None: a throttled lane would wait a minute, and there are as many lanes as subscriptions with something due.
    reservedConcurrency: null,
    sourceMaps: true,
    environment: {
      TABLE_NAME: table.table.tableName,
      ARTIFACTS_BUCKET: bucket.bucket.bucketName,
      JIRA_WEBHOOK_SECRET_ARN: secretArn,
      ALARM_TOPIC_ARN: topicArn,
      OWN_HOSTS: ownHosts,
    },
    permissions: {
      statements: [
        onPartitions(table, ['dynamodb:GetItem'], SUBSCRIPTIONS, LANES, EVENTS),
        onPartitions(table, ['dynamodb:GetItem', 'dynamodb:BatchGetItem'], ISSUES),
        onPartitions(table, ['dynamodb:Query'], KEYS),
        onPartitions(table, ['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query'], EXECUTIONS),
        onPartitions(table, ['dynamodb:PutItem'], EXECUTIONS),
        onPartitions(table, ['dynamodb:UpdateItem'], SUBSCRIPTIONS, LANES),
        onPartitions(table, ['dynamodb:DeleteItem'], EXECUTIONS, LANES),
        queryIndexes(table, 'worklist'),
        allow(['secretsmanager:GetSecretValue'], secretArn),
        ...readRawBodies(bucket),
        allow(['sns:Publish'], topicArn),
      ],
      wildcards: RAW,
    },
    noDeadLetters: 'A hint carries no data: each minute the schedule sends another where something is due.',
    waitMinutes: START_LANES_MINUTES,
  };
};
