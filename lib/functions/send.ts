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

/** What the partitions begin with that a lane touches beside executions: itself, the issues that it sends, and their keys. */
export const LANES = 'LANE#*';
export const ISSUES = 'I#*';
export const KEYS = 'K#*';

/** Asks targets; none while executions are off. The only function that calls hosts that people name. */
export const send = (resources: Resources): FunctionSpec | null => {
  const { table, bucket, secretArn, topicArn, ownHosts, context } = resources;
  if (context.executions === 'off') return null;
  return {
    description: 'Sends what waits for a subscription, and answers pings',
    // Fifty requests at once wait far more than they work; each holds a body of 200 KB and 64 KB of an answer.
    memoryMb: 1024,
    // It claims nothing more after four minutes, and what it claimed ends within 45 s more; the rest is to write it down.
    timeoutSeconds: 300,
    usesItsTime: true,
    // None: a lane that finds no place would wait a minute, and lanes are as many as subscriptions with something due.
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
