import { RemovalPolicy } from 'aws-cdk-lib';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../checks.ts';
import { pinLogicalId } from '../default-child.ts';

export type WebhookSecretProps = {
  /** Keeps a generated secret whatever happens to the stack. */
  readonly production: boolean;
  /**
   * Whole ARN of a secret that is there already.
   * @default - one is generated
   */
  readonly existingArn?: string;
};

/**
 * The secret of all webhooks, a JSON object. A generated one holds `jira_webhook_secret`: 64 letters and digits,
 * 380 bits, with nothing in it that a form or a shell would change. People add the keys of other sources.
 * What it is generated from never changes: CloudFormation would make a new secret over the one in use.
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
