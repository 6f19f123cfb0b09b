import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { allow, onPartitions, queryIndexes, RAW, SUBSCRIPTIONS } from '../permissions.ts';

/** The write side: single items of the table, its one secret, and raw bodies, which it never reads back. */
export const ingest = ({ table, bucket, secretArn, sender, context }: Resources): FunctionSpec => ({
  description: 'Receives webhooks, and answers /health',
  // More than half a processor: a cold start is 0.1 to 0.3 s of CPU, and Jira gives 5 s to connect. A body of
  // 4 MB with its base64 and its parsed form needs a fifth of it.
  memoryMb: 1024,
  // All AWS calls of a request end after 3.5 s, so this only ends what hangs, long before API Gateway gives
  // up on it (29 s) and Jira on both (20 s).
  timeoutSeconds: 10,
  // Nothing else in the account can take ingest's place away: a delivery that finds no function is a 503, and
  // Jira's retries are few. One second of deliveries at full rate: warm ones take a tenth of that, the rest
  // is for cold starts and a slow table. It is also a limit, and beyond it the answer is the same 503.
  reservedConcurrency: Math.max(100, context.throttleRate),
  sourceMaps: false,
  environment: {
    TABLE_NAME: table.table.tableName,
    ARTIFACTS_BUCKET: bucket.bucket.bucketName,
    EVENT_RETENTION_DAYS: String(context.retentionDays),
    EXECUTIONS: context.executions,
    JIRA_WEBHOOK_SECRET_ARN: secretArn,
    ...(context.allowedCidrs ? { ALLOWED_CIDRS: context.allowedCidrs } : {}),
  },
  permissions: {
    statements: [
      allow(['dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'], table.table.tableArn),
      // Who set up a sender is told where its events go, and how many wait.
      ...(sender === undefined
        ? []
        : [onPartitions(table, ['dynamodb:BatchGetItem'], SUBSCRIPTIONS), queryIndexes(table, 'worklist')]),
      allow(['secretsmanager:GetSecretValue'], secretArn),
      // The tag says how long the body is kept; S3 asks for a right of its own to put one with the object.
      allow(['s3:PutObject', 's3:PutObjectTagging'], bucket.keysUnder('raw')),
    ],
    wildcards: RAW,
  },
  noDeadLetters: 'The gateway invokes it synchronously: the sender sees a failure and retries.',
});
