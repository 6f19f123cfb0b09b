import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { allow, onPartitions, queryIndexes, RAW, SUBSCRIPTIONS } from '../permissions.ts';

/** The write side: single items of the table, the webhook secret, and raw bodies, which it never reads back. */
export const ingest = ({ table, bucket, secretArn, sender, context }: Resources): FunctionSpec => ({
  description: 'Receives webhooks, and answers /health',
  // More than half a vCPU: a cold start takes 0.1 to 0.3 s of CPU, and Jira allows 5 s to connect. A body of 4 MB with
  // its base64 and parsed forms needs a fifth of the memory.
  memoryMb: 1024,
  // All AWS calls of a request end after 3.5 s, so this only ends a hanging invocation, long before API Gateway (29 s)
  // and Jira (20 s) time out.
  timeoutSeconds: 10,
  // So that other functions of the account cannot starve ingest: a throttled delivery is a 503, and Jira retries only
  // a few times. Enough for one second of deliveries at full rate: warm invocations take a tenth of that, the rest is
  // for cold starts and a slow table. It is also a limit, beyond which the answer is the same 503.
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
      // The status of a connection shows the subscriptions that match it, and how many executions wait.
      ...(sender === undefined
        ? []
        : [onPartitions(table, ['dynamodb:BatchGetItem'], SUBSCRIPTIONS), queryIndexes(table, 'worklist')]),
      allow(['secretsmanager:GetSecretValue'], secretArn),
      // The tag decides how long the body is kept; putting it with the object needs a separate permission.
      allow(['s3:PutObject', 's3:PutObjectTagging'], bucket.keysUnder('raw')),
    ],
    wildcards: RAW,
  },
  noDeadLetters: 'The gateway invokes it synchronously: the sender sees a failure and retries.',
});
