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
import type { ENV } from '../../src/contract/env-variables.ts';
import { acknowledge } from '../checks.ts';
import type { StackContext } from '../context.ts';
import { defaultChildOf } from '../default-child.ts';
import type { Permissions } from '../permissions.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { EventTable } from './event-table.ts';

/** Input of the functions' permissions and environments. */
export type Resources = {
  readonly table: EventTable;
  readonly bucket: ArtifactBucket;
  readonly secretArn: string;
  /** The secret with Jira's token; undefined without a Jira site. */
  readonly tokenArn: string | undefined;
  /** The topic of alarms. */
  readonly topicArn: string;
  /** Host names of this deployment, separated by commas: targets there are refused. */
  readonly ownHosts: string;
  /** The send function, for the functions created after it; undefined while executions are off. */
  readonly sender: LambdaFunction | undefined;
  readonly context: StackContext;
};

/** The settings of one function, and the reasons for them: a file of `lib/functions`. */
export type FunctionSpec = {
  readonly description: string;
  /**
   * CPU is proportional to memory: 1,769 MB are one vCPU (Lambda developer guide, "Configure Lambda function memory").
   */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** It uses all of its time by design and ends by itself, so a long run is not a warning. */
  readonly usesItsTime?: true;
  /**
   * Reserved concurrency, in production only: it is taken from the 1,000 that all functions of an account and region
   * share (a new account has as few as 10, and the deployment would fail). Null: neither reserved nor limited.
   */
  readonly reservedConcurrency: number | null;
  /** Whether stack traces show source lines. Loading the source maps adds about 70 ms to a cold start. */
  readonly sourceMaps: boolean;
  /** Exactly the variables that it needs; all others have defaults that are right on Lambda. */
  readonly environment: Partial<Record<keyof typeof ENV, string>>;
  /** All permissions besides logging and tracing. */
  readonly permissions: Permissions;
  /** Why there is no dead-letter queue. */
  readonly noDeadLetters: string;
  /**
   * For asynchronous invocations: the maximum age of an event (minutes). They are not retried and have no failure
   * destination, for the same reason as `noDeadLetters`.
   */
  readonly waitMinutes?: number;
};

/** An event older than this (minutes) is superseded by a later one. */
const MOST_WAIT = 10;

/** For a function on a schedule: failed runs are not kept, because the next run does their work. */
export const onSchedule = (minutes: number): Pick<FunctionSpec, 'noDeadLetters' | 'waitMinutes'> => ({
  noDeadLetters: `Its event carries no data: the next run, ${minutes} minutes later, does what this one did not.`,
  waitMinutes: mostWait(minutes),
});

/** The maximum age of an event of a schedule (minutes). */
export const mostWait = (minutes: number): number => Math.min(MOST_WAIT, minutes);

export type ServiceFunctionProps = FunctionSpec & {
  /** Folder with `index.mjs` from `npm run build`, deployed unchanged. */
  readonly bundle: string;
  /** Sends a sample of its invocations to X-Ray, which charges for each. */
  readonly traced: boolean;
  /** Reserves concurrency, and retains the logs when the stack is deleted. */
  readonly production: boolean;
};

/** A Lambda function with its own role and log group; the role is explicit, and CDK never adds to it. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;
  readonly usesItsTime: boolean;
  /** The concurrency reserved for it in production. */
  readonly reserved: number;

  constructor(scope: Construct, id: string, props: ServiceFunctionProps) {
    super(scope, id);
    const { production } = props;
    this.timeout = Duration.seconds(props.timeoutSeconds);
    this.usesItsTime = props.usesItsTime ?? false;
    this.reserved = props.reservedConcurrency ?? 0;
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    this.role = this.createRole(logGroup, props);
    const reserved = production ? props.reservedConcurrency : null;
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(props.bundle),
      handler: 'index.handler',
      role: this.role.withoutPolicyUpdates(),
      logGroup,
      tracing: props.traced ? Tracing.ACTIVE : Tracing.DISABLED,
      memorySize: props.memoryMb,
      timeout: this.timeout,
      ...(reserved === null ? {} : { reservedConcurrentExecutions: reserved }),
      environment: {
        ...props.environment,
        ...(props.sourceMaps ? { NODE_OPTIONS: '--enable-source-maps' } : {}),
      },
    });
    waitForUseOnly(this.function);
    acknowledge(this.function, {
      'Serverless-LambdaDLQ': props.noDeadLetters,
      ...(props.traced ? {} : { 'Serverless-LambdaTracing': UNTRACED }),
    });
    if (props.waitMinutes !== undefined) this.queue(props.waitMinutes, props.noDeadLetters);
  }

  /** Configures asynchronous invocation. */
  private queue(minutes: number, reason: string): void {
    this.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(minutes) });
    acknowledge(this.function, { 'Serverless-LambdaAsyncFailureDestination': reason });
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
 * Removes CDK's explicit dependency on the role, which is meant for policies that are separate resources. Ours are
 * inline, so the reference to the role suffices; cfn-lint warns about the redundant dependency (W3005).
 */
const waitForUseOnly = (one: LambdaFunction): void =>
  defaultChildOf(one, CfnFunction).addDeletionOverride('DependsOn');

/** Neither action supports resource-level permissions (service authorization reference, "AWS X-Ray"). */
const mayTrace = (): PolicyStatement =>
  new PolicyStatement({
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resources: ['*'],
  });

/** The sampling rate is fixed (Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray"). */
const UNTRACED =
  'Most invocations of a quiet site would be traced, which cannot be set and is charged: the context switches it on for a while.';

const TRACES = 'X-Ray supports no resource-level permissions; a test lists every wildcard.';

const explain = (role: Role, wildcards: Record<string, string>): void => {
  acknowledge(role, {
    'Serverless-LambdaStarPermissions':
      'No action has a wildcard; each resource that has one is explained under AwsSolutions-IAM5.',
  });
  for (const [resource, reason] of Object.entries(wildcards))
    acknowledge(role, { [`AwsSolutions-IAM5[Resource::${resource}]`]: reason });
};
