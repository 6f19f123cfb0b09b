import { RemovalPolicy } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../checks.ts';
import { pinLogicalId } from '../default-child.ts';

export type WebhookSecretProps = {
  /** Retains a generated secret when the stack is deleted. */
  readonly production: boolean;
  /**
   * Complete ARN of an existing secret.
   * @default - one is generated
   */
  readonly existingArn?: string;
};

/**
 * The secret of all webhooks, a JSON object. A generated one has `jira_webhook_secret`: 64 letters and digits (380
 * bits), none of which a form or a shell would change. People add the keys of other sources.
 * The settings for its generation must never change: CloudFormation would overwrite the secret in use.
 */
export class WebhookSecret extends Construct {
  static readonly LOGICAL_ID = 'WebhookSecret';

  readonly secret: ISecret;

  constructor(scope: Construct, id: string, { production, existingArn }: WebhookSecretProps) {
    super(scope, id);
    this.secret =
      existingArn === undefined
        ? this.generate(production)
        : Secret.fromSecretCompleteArn(this, 'Existing', existingArn);
  }

  private generate(production: boolean): Secret {
    const secret = new Secret(this, 'Generated', {
      description: 'Secrets that webhooks are signed with, as a JSON object',
      generateSecretString: {
        secretStringTemplate: '{}',
        generateStringKey: 'jira_webhook_secret',
        passwordLength: 64,
        excludePunctuation: true,
      },
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    pinLogicalId(secret, WebhookSecret.LOGICAL_ID);
    acknowledge(secret, {
      'AwsSolutions-SMG4':
        'Jira gets the secret by hand, so nothing can rotate it automatically without losing deliveries; npm run rotate-secret rotates it with both secrets valid in between.',
    });
    return secret;
  }
}
