import { Annotations, CfnOutput, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import {
  PUBLISH_SWEEP_MINUTES,
  PUBLISH_WINDOW_SECONDS,
  RECONCILE_MINUTES,
  START_LANES_MINUTES,
  SWEEP_MINUTES,
} from '../src/contract/functions.ts';
import type { PublishTask } from '../src/contract/send-message.ts';
import { AlarmTopic } from './constructs/alarm-topic.ts';
import { ArtifactBucket } from './constructs/artifact-bucket.ts';
import { EventTable } from './constructs/event-table.ts';
import { JiraToken } from './constructs/jira-token.ts';
import { ServiceAlarms } from './constructs/service-alarms.ts';
import { ServiceDashboard } from './constructs/service-dashboard.ts';
import type { ServiceFunction } from './constructs/service-function.ts';
import { ServiceFunctions } from './constructs/service-functions.ts';
import { FunctionSchedule, StreamConsumer } from './constructs/triggers.ts';
import { WebhookApi } from './constructs/webhook-api.ts';
import { WebhookSecret } from './constructs/webhook-secret.ts';
import type { StackContext } from './context.ts';
import { ServiceMetrics } from './service-metrics.ts';

export type JiraWebhookSyncStackProps = {
  readonly context: StackContext;
  /** The output folder of `npm run build`. */
  readonly bundles: string;
};

/** All resources of one stage. None has a physical name, so several stages fit into one account and region. */
export class JiraWebhookSyncStack extends Stack {
  constructor(scope: Construct, { context, bundles }: JiraWebhookSyncStackProps) {
    const { stage, production, quietHours, docsUrl } = context;
    super(scope, `JiraWebhookSync-${stage}`, {
      description: `Jira webhooks, kept and correlated with commits (${stage})`,
      terminationProtection: production,
      tags: { project: 'jira-webhook-sync', stage },
    });
    const table = new EventTable(this, 'Events', { production });
    const bucket = new ArtifactBucket(this, 'Artifacts', { retentionDays: context.retentionDays });
    const { secret } = new WebhookSecret(this, 'Secret', {
      production,
      existingArn: context.jiraWebhookSecretArn,
    });
    const token = context.jiraSiteUrl === undefined ? null : new JiraToken(this, 'JiraToken', { production });
    const { topic } = new AlarmTopic(this, 'AlarmTopic', { email: context.alarmEmail });
    const api = new WebhookApi(this, 'Api', { context });
    const functions = new ServiceFunctions(this, 'Functions', {
      table,
      bucket,
      secretArn: secret.secretArn,
      tokenArn: token?.secret.secretArn,
      topicArn: topic.topicArn,
      ownHosts: api.hosts.join(','),
      context,
      bundles,
    });
    api.serve(functions);
    this.follow({ table, bucket, functions, windowSeconds: context.batchWindowSeconds });
    this.schedule(functions);
    const metrics = new ServiceMetrics({ api, functions, table });
    const alarms = new ServiceAlarms(this, 'Alarms', { metrics, topic, quietHours, docsUrl });
    const dashboard = new ServiceDashboard(this, 'Dashboard', { metrics, alarms: alarms.all });
    addWarnings(this, context, functions);
    this.output({
      WebhookUrl: `${api.url}/webhooks/jira`,
      ApiUrl: api.url,
      ...(api.domainTarget === undefined ? {} : { DomainTarget: api.domainTarget }),
      SecretArn: secret.secretArn,
      ...(token === null ? {} : { JiraTokenSecretArn: token.secret.secretArn }),
      TableName: table.table.tableName,
      ArtifactsBucket: bucket.bucket.bucketName,
      AlarmTopicArn: topic.topicArn,
      DashboardUrl: dashboard.url,
      NextStep: nextStep(secret.secretArn),
    });
  }

  private follow({ table, bucket, functions, windowSeconds }: StreamParts): void {
    const consumer = functions.named('correlate');
    new StreamConsumer(this, 'Stream', { consumer, table, bucket, windowSeconds });
    const publish = functions.find('publish');
    if (publish)
      new StreamConsumer(this, 'PublishStream', {
        consumer: publish,
        table,
        bucket,
        windowSeconds: PUBLISH_WINDOW_SECONDS,
      });
  }

  private schedule(functions: ServiceFunctions): void {
    new FunctionSchedule(this, 'Sweep', {
      invoked: functions.named('sweep'),
      minutes: SWEEP_MINUTES,
      description: 'Runs the sweep',
    });
    const reconcile = functions.find('reconcile');
    if (reconcile)
      new FunctionSchedule(this, 'Reconcile', {
        invoked: reconcile,
        minutes: RECONCILE_MINUTES,
        description: 'Gives reconciliation a turn',
      });
    const publish = functions.find('publish');
    if (publish) this.schedulePublish(publish);
  }

  private schedulePublish(invoked: ServiceFunction): void {
    const startLanes: PublishTask = { task: 'start-lanes' };
    const sweep: PublishTask = { task: 'sweep' };
    new FunctionSchedule(this, 'StartLanes', {
      invoked,
      minutes: START_LANES_MINUTES,
      description: 'Starts sending where something is due',
      input: startLanes,
    });
    new FunctionSchedule(this, 'PublishSweep', {
      invoked,
      minutes: PUBLISH_SWEEP_MINUTES,
      description: 'Looks for events that were not published',
      input: sweep,
    });
  }

  private output(values: Record<string, string>): void {
    for (const [name, value] of Object.entries(values)) new CfnOutput(this, name, { value });
  }
}

type StreamParts = {
  table: EventTable;
  bucket: ArtifactBucket;
  functions: ServiceFunctions;
  windowSeconds: number;
};

const nextStep = (secretArn: string): string =>
  [
    'Read the secret with',
    `aws secretsmanager get-secret-value --secret-id ${secretArn} --query SecretString --output text`,
    'and make a webhook in Jira with WebhookUrl and the value of jira_webhook_secret; docs/runbooks/setup.md has every click.',
  ].join(' ');

/**
 * The default concurrency quota of an account and region, and how much of it must stay unreserved (Lambda developer
 * guide, "Configuring reserved concurrency for a function").
 */
const STANDARD_QUOTA = 1_000;
const MUST_STAY_UNRESERVED = 100;

/** Warns at synth about values that are allowed but may be a mistake, in production only. */
const addWarnings = (stack: Stack, context: StackContext, functions: ServiceFunctions): void => {
  const { production, alarmEmail, throttleRate } = context;
  if (!production) return;
  const warn = (id: string, text: string) =>
    Annotations.of(stack).addWarningV2(`jira-webhook-sync:${id}`, text);
  if (alarmEmail === undefined)
    warn('no-alarm-email', 'alarmEmail is not set: alarms reach only people who subscribe by hand.');
  const reserved = functions.all.reduce((sum, one) => sum + one.reserved, 0);
  if (reserved > STANDARD_QUOTA - MUST_STAY_UNRESERVED)
    warn(
      'much-concurrency',
      `throttleRate ${throttleRate} sets ${reserved} concurrent runs aside. Of an account's standard ${STANDARD_QUOTA}, ${MUST_STAY_UNRESERVED} must stay unreserved: without a larger quota the deploy fails.`,
    );
};
