import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { ENV } from '../../src/contract/env.ts';
import { acknowledge } from '../acknowledge.ts';
import type { FunctionSettings } from '../function-settings.ts';
import type { Permissions } from '../permissions.ts';

export type ServiceFunctionProps = {
  readonly description: string;
  /** Folder with `index.mjs`, as `npm run build` made it. It is deployed as it is. */
  readonly bundle: string;
  readonly settings: FunctionSettings;
  readonly environment: Partial<Record<keyof typeof ENV, string>>;
  /** Everything the function may do beside logging and tracing. */
  readonly permissions: Permissions;
  /** Sends a part of its invocations to X-Ray, which is charged for each. */
  readonly traced: boolean;
  /** Why there is no queue for invocations that failed. */
  readonly noDeadLetters: string;
  /** Reserves the concurrency of the settings, and keeps the logs whatever happens to the stack. */
  readonly production: boolean;
};

/** A Lambda function with a role and a log group of its own; the role is written by hand and never added to. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { settings, production } = props;
    this.timeout = Duration.seconds(settings.timeoutSeconds);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = this.createRole(logGroup, props);
    const reserved = production ? settings.reservedConcurrency : null;
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.bundle),
      handler: 'index.handler',
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      tracing: props.traced ? Tracing.ACTIVE : Tracing.DISABLED,
      memorySize: settings.memoryMb,
      timeout: this.timeout,
      ...(reserved === null ? {} : { reservedConcurrentExecutions: reserved }),
      environment: {
        ...props.environment,
        ...(settings.sourceMaps ? { NODE_OPTIONS: '--enable-source-maps' } : {}),
      },
    });
    waitForUseOnly(this.function);
    acknowledge(this.function, {
      'Serverless-LambdaDLQ': props.noDeadLetters,
      ...(props.traced ? {} : { 'Serverless-LambdaTracing': UNTRACED }),
    });
  }

  private createRole(logGroup: LogGroup, { permissions, traced }: ServiceFunctionProps): Role {
    const statements = [
      ...permissions.statements,
      new PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      }),
      ...(traced ? [mayTrace()] : []),
    ];
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
      inlinePolicies: { work: new PolicyDocument({ statements }) },
    });
    explain(role, { ...(traced ? { '*': TRACES } : {}), ...permissions.wildcards });
    return role;
  }
}

/**
 * CDK lets a function also depend on its role by name, for policies that are resources of their own. Ours are part of
 * the role, and using it is dependency enough; cfn-lint warns of the second one (W3005).
 */
const waitForUseOnly = (one: LambdaFunction): void => {
  const { defaultChild } = one.node;
  if (!(defaultChild instanceof CfnFunction)) throw new TypeError('the function is no function');
  defaultChild.addDeletionOverride('DependsOn');
};

/** Neither action knows resources (service authorization reference, "AWS X-Ray"). */
const mayTrace = (): PolicyStatement =>
  new PolicyStatement({
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resources: ['*'],
  });

/** Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray": how many are traced cannot be set. */
const UNTRACED =
  'Most invocations of a quiet site would be traced, which cannot be set and is charged: the context switches it on for a while.';

const TRACES = 'X-Ray knows no resources; a test lists every wildcard.';

const explain = (role: Role, wildcards: Record<string, string>): void => {
  acknowledge(role, {
    'Serverless-LambdaStarPermissions':
      'No action has a wildcard; each resource that has one is explained under AwsSolutions-IAM5.',
  });
  for (const [resource, reason] of Object.entries(wildcards))
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
};
