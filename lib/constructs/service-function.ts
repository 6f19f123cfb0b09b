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

/** What the functions' rights and environments are made from. */
export type Resources = {
  readonly table: EventTable;
  readonly bucket: ArtifactBucket;
  readonly secretArn: string;
  /** The secret with Jira's token; undefined without a site to ask. */
  readonly tokenArn: string | undefined;
  /** Where people are told of what is wrong. */
  readonly topicArn: string;
  /** Host names of this deployment, separated by commas: no target is sent to them. */
  readonly ownHosts: string;
  /** The function that sends, for those that come after it; undefined while executions are off. */
  readonly sender: LambdaFunction | undefined;
  readonly context: StackContext;
};

/** What one function is given, and why: a file of `lib/functions`. */
export type FunctionSpec = {
  readonly description: string;
  /**
   * Memory is CPU as well: 1,769 MB are one whole processor (Lambda developer guide, "Configure Lambda function
   * memory").
   */
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** It works until its time is over and then leaves by itself, so a long run is no warning. */
  readonly usesItsTime?: true;
  /**
   * Concurrent invocations set aside for the function, in production only: they come out of the 1,000 that all
   * functions of an account and region share (a new account has as few as 10, and would refuse). Null sets none
   * aside and limits nothing.
   */
  readonly reservedConcurrency: number | null;
  /** Whether stack traces show lines of the sources. Reading the maps costs a start about 70 ms. */
  readonly sourceMaps: boolean;
  /** Exactly what it reads; everything else has a default that holds on Lambda. */
  readonly environment: Partial<Record<keyof typeof ENV, string>>;
  /** Everything it may do beside logging and tracing. */
  readonly permissions: Permissions;
  /** Why there is no queue for invocations that failed. */
  readonly noDeadLetters: string;
  /**
   * Of one whose events Lambda queues: how long (minutes) one may wait. None is tried again, and there is no place for
   * those that failed, for the same reason.
   */
  readonly waitMinutes?: number;
};

/** An event that waited longer than this finds a later one at work (minutes). */
const MOST_WAIT = 10;

/** Of a function that runs on a schedule: what the next run does is why nothing is kept of one that failed. */
export const onSchedule = (minutes: number): Pick<FunctionSpec, 'noDeadLetters' | 'waitMinutes'> => ({
  noDeadLetters: `Its event carries no data: the next run, ${minutes} minutes later, does what this one did not.`,
  waitMinutes: mostWait(minutes),
});

/** How long an event of a schedule may wait (minutes). */
export const mostWait = (minutes: number): number => Math.min(MOST_WAIT, minutes);

export type ServiceFunctionProps = FunctionSpec & {
  /** Folder with `index.mjs`, as `npm run build` made it. It is deployed as it is. */
  readonly bundle: string;
  /** Sends a part of its invocations to X-Ray, which is charged for each. */
  readonly traced: boolean;
  /** Reserves concurrency, and keeps the logs whatever happens to the stack. */
  readonly production: boolean;
};

/** A Lambda function with a role and a log group of its own; the role is written by hand and never added to. */
export class ServiceFunction extends Construct {
  readonly function: LambdaFunction;
  readonly role: Role;
  readonly timeout: Duration;
  readonly usesItsTime: boolean;
  /** Concurrency that production sets aside for it. */
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

  /** What Lambda does with an event once it is in its queue. */
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
 * CDK lets a function also depend on its role by name, for policies that are resources of their own. Ours are part of
 * the role, and using it is dependency enough; cfn-lint warns of the second one (W3005).
 */
const waitForUseOnly = (one: LambdaFunction): void =>
  defaultChildOf(one, CfnFunction).addDeletionOverride('DependsOn');

/** Neither action knows resources (service authorization reference, "AWS X-Ray"). */
const mayTrace = (): PolicyStatement =>
  new PolicyStatement({
    actions: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
    resources: ['*'],
  });

/**
 * Lambda developer guide, "Visualize Lambda function invocations using AWS X-Ray": how many are traced cannot be set.
 */
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
