import { RemovalPolicy, SecretValue } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge } from '../checks.ts';
import { pinLogicalId } from '../default-child.ts';

export type JiraTokenProps = {
  /** Retains the secret when the stack is deleted. */
  readonly production: boolean;
};

/**
 * The secret with the token for reading Jira, a JSON object. A person enters the token. It survives deployments because
 * CloudFormation writes the value given here only when it changes, so it must never change.
 */
export class JiraToken extends Construct {
  static readonly LOGICAL_ID = 'JiraTokenSecret';

  readonly secret: Secret;

  constructor(scope: Construct, id: string, { production }: JiraTokenProps) {
    super(scope, id);
    this.secret = new Secret(this, 'Secret', {
      description: 'Token that Jira is read with, as a JSON object: jira_api_token',
      secretObjectValue: { jira_api_token: SecretValue.unsafePlainText('') },
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    pinLogicalId(this.secret, JiraToken.LOGICAL_ID);
    acknowledge(this.secret, {
      'AwsSolutions-SMG4': 'The token is made by a person in Jira, which cannot be asked for another one.',
    });
  }
}
