import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from '../checks.ts';

export type AlarmTopicProps = {
  /**
   * Who gets an e-mail of every alarm, after confirming a first one.
   * @default - no subscription; subscribe to the topic by hand
   */
  readonly email?: string;
};

/** Only alarms of this account. */
const fromAlarms = {
  StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
  ArnLike: {
    'aws:SourceArn': `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:*`,
  },
};

/** Where every alarm is sent. Only over TLS; at rest SNS keeps a message until it is sent, and ours name no person. */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { enforceSSL: true });
    this.topic.addToResourcePolicy(alarmsMayPublish(this.topic.topicArn));
    acknowledge(this.topic, {
      'Serverless-SNSEncryptedTopic': UNENCRYPTED,
      'AwsSolutions-SNS2': UNENCRYPTED,
    });
    if (email === undefined) return;
    this.topic.addSubscription(new EmailSubscription(email));
    acknowledge(this.topic, {
      'Serverless-SNSRedrivePolicy':
        'An undeliverable e-mail is of no use in a queue; the dashboard shows the alarms too.',
    });
  }
}

/**
 * CloudWatch cannot publish with the key that AWS keeps for SNS (SNS developer guide, "Enable compatibility between
 * event sources from AWS services and encrypted topics"), and a key of one's own is a twentieth of a small deployment's
 * bill.
 */
const UNENCRYPTED =
  'An alarm names a metric and a page of the runbook, and then goes out by e-mail: a key of its own would cost a dollar a month and hide nothing.';

const alarmsMayPublish = (topicArn: string): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions: ['sns:Publish'],
    resources: [topicArn],
    conditions: fromAlarms,
  });
