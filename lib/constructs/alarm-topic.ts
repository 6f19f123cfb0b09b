import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRootPrincipal,
  Effect,
  PolicyDocument,
  PolicyStatement,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

export type AlarmTopicProps = {
  /**
   * Who gets an e-mail of every alarm, after confirming a first one.
   * @default - nobody; subscribe to the topic by hand
   */
  readonly email?: string;
};

/** What an account does with its own key, one by one: `kms:*` would be everything, for ever. */
const ADMINISTRATION = [
  'CancelKeyDeletion',
  'Decrypt',
  'DescribeKey',
  'DisableKey',
  'DisableKeyRotation',
  'EnableKey',
  'EnableKeyRotation',
  'GenerateDataKey',
  'GetKeyPolicy',
  'GetKeyRotationStatus',
  'ListGrants',
  'ListKeyPolicies',
  'ListResourceTags',
  'ListKeyRotations',
  'PutKeyPolicy',
  'ScheduleKeyDeletion',
  'TagResource',
  'UntagResource',
  'UpdateKeyDescription',
].map((action) => `kms:${action}`);

/** Only alarms of this account. */
const fromAlarms = {
  StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
  ArnLike: {
    'aws:SourceArn': `arn:${Aws.PARTITION}:cloudwatch:${Aws.REGION}:${Aws.ACCOUNT_ID}:alarm:*`,
  },
};

const cloudWatchMay = (actions: string[], resources: string[]): PolicyStatement =>
  new PolicyStatement({
    effect: Effect.ALLOW,
    principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
    actions,
    resources,
    conditions: fromAlarms,
  });

/**
 * Where every alarm is sent. Encrypted with a key of its own: CloudWatch cannot use the one AWS keeps for SNS (SNS
 * developer guide, "Enable compatibility between event sources from AWS services and encrypted topics").
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { email }: AlarmTopicProps) {
    super(scope, id);
    this.topic = new Topic(this, 'Topic', { masterKey: this.createKey(), enforceSSL: true });
    this.topic.addToResourcePolicy(cloudWatchMay(['sns:Publish'], [this.topic.topicArn]));
    if (email === undefined) return;
    this.topic.addSubscription(new EmailSubscription(email));
    acknowledge(this.topic, {
      'Serverless-SNSRedrivePolicy':
        'An e-mail that cannot be delivered helps nobody in a queue; the dashboard shows the alarms too.',
    });
  }

  private createKey(): Key {
    return new Key(this, 'Key', {
      description: 'Encrypts alarm notifications on their way',
      enableKeyRotation: true,
      // Nothing that lasts is encrypted with it.
      removalPolicy: RemovalPolicy.DESTROY,
      pendingWindow: Duration.days(7),
      policy: new PolicyDocument({
        statements: [
          new PolicyStatement({
            principals: [new AccountRootPrincipal()],
            actions: ADMINISTRATION,
            resources: ['*'],
          }),
          cloudWatchMay(['kms:Decrypt', 'kms:GenerateDataKey'], ['*']),
        ],
      }),
    });
  }
}
