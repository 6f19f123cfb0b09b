import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import { allow, onPartitions } from '../permissions.ts';

/**
 * What the partitions begin with that it touches: connections, tenants, and events, of which it writes those of changes.
 * A transaction needs the rights of its parts (DynamoDB developer guide, "Amazon DynamoDB Transactions: How it works").
 */
export const CONNECTIONS = 'CON#*';
export const TENANTS = 'TENANTS';
export const EVENTS = 'E#*';

/** Changes connections, for callers whom IAM allows; nothing else of the table is within its reach. */
export const manage = ({ table, secretArn, context }: Resources): FunctionSpec => ({
  description: 'Makes and changes connections',
  // Seldom asked for: its cold start is what people wait for.
  memoryMb: 512,
  timeoutSeconds: 10,
  // A limit: changes must not take what deliveries need.
  reservedConcurrency: 5,
  sourceMaps: false,
  environment: {
    TABLE_NAME: table.table.tableName,
    JIRA_WEBHOOK_SECRET_ARN: secretArn,
    ...(context.jiraSiteUrl ? { JIRA_SITE_URL: context.jiraSiteUrl } : {}),
  },
  permissions: {
    statements: [
      onPartitions(table, ['dynamodb:GetItem'], CONNECTIONS, EVENTS, TENANTS),
      onPartitions(table, ['dynamodb:PutItem'], CONNECTIONS, EVENTS),
      onPartitions(table, ['dynamodb:UpdateItem'], CONNECTIONS, TENANTS),
      onPartitions(table, ['dynamodb:DeleteItem'], CONNECTIONS),
      allow(['secretsmanager:GetSecretValue'], secretArn),
    ],
    wildcards: {},
  },
  noDeadLetters: 'The gateway invokes it synchronously: its caller sees a failure and decides.',
});
