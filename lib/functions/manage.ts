import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { FunctionSpec, Resources } from '../constructs/service-function.ts';
import {
  allow,
  CONNECTIONS,
  EVENTS,
  EXECUTIONS,
  onPartitions,
  SUBSCRIPTIONS,
  TENANTS,
} from '../permissions.ts';

/**
 * Changes connections, and subscriptions if executions are on, for callers whom IAM allows; it has no access to the
 * rest of the table. A transaction needs the permissions of its parts (DynamoDB developer guide, "Amazon DynamoDB
 * Transactions: How it works").
 */
export const manage = (resources: Resources): FunctionSpec => ({
  description: `Makes and changes connections${resources.sender ? ' and subscriptions' : ''}`,
  // Rarely invoked, so callers mostly wait for a cold start.
  memoryMb: 512,
  // A ping waits for a target, for as long as the gateway waits for us (30 s).
  timeoutSeconds: resources.sender ? 29 : 10,
  // A limit, so that changes do not take concurrency from deliveries.
  reservedConcurrency: 5,
  sourceMaps: false,
  environment: {
    TABLE_NAME: resources.table.table.tableName,
    JIRA_WEBHOOK_SECRET_ARN: resources.secretArn,
    ...(resources.context.jiraSiteUrl ? { JIRA_SITE_URL: resources.context.jiraSiteUrl } : {}),
    ...ofSubscriptions(resources),
  },
  permissions: {
    statements: [...changeConnections(resources), ...changeSubscriptions(resources)],
    wildcards: {},
  },
  noDeadLetters: 'The gateway invokes it synchronously: its caller sees a failure and decides.',
});

/** The send function, hosts to refuse as targets, and how long a deleted subscription must outlive its executions. */
const ofSubscriptions = ({ sender, ownHosts, context }: Resources): FunctionSpec['environment'] =>
  sender === undefined
    ? {}
    : {
        SEND_FUNCTION_NAME: sender.functionName,
        OWN_HOSTS: ownHosts,
        EVENT_RETENTION_DAYS: String(context.retentionDays),
      };

const changeConnections = ({ table, secretArn }: Resources): PolicyStatement[] => [
  onPartitions(table, ['dynamodb:GetItem'], CONNECTIONS, EVENTS, TENANTS),
  onPartitions(table, ['dynamodb:PutItem'], CONNECTIONS, EVENTS),
  onPartitions(table, ['dynamodb:UpdateItem'], CONNECTIONS, TENANTS),
  onPartitions(table, ['dynamodb:DeleteItem'], CONNECTIONS),
  allow(['secretsmanager:GetSecretValue'], secretArn),
];

/** Retrying or cancelling changes the row of an execution; pings go through the send function. */
const changeSubscriptions = ({ table, sender }: Resources): PolicyStatement[] =>
  sender === undefined
    ? []
    : [
        onPartitions(table, ['dynamodb:GetItem', 'dynamodb:PutItem'], SUBSCRIPTIONS, EXECUTIONS),
        onPartitions(table, ['dynamodb:UpdateItem'], SUBSCRIPTIONS),
        onPartitions(table, ['dynamodb:Query'], EXECUTIONS),
        allow(['lambda:InvokeFunction'], sender.functionArn),
      ];
