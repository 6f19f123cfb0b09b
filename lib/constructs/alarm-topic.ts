import { Aws } from 'aws-cdk-lib';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from '../checks.ts';

export type AlarmTopicProps = {
  /**
   * Address that gets an e-mail for every alarm, after it has confirmed the subscription.
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

/** The topic of all alarms. TLS only; SNS keeps messages unencrypted until they are sent, but they name no person. */
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
 * CloudWatch cannot publish with the AWS managed key for SNS (SNS developer guide, "Enable compatibility between event
 * sources from AWS services and encrypted topics"), and a customer managed key is a twentieth of a small deployment's
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
