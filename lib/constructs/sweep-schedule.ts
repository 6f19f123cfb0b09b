import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Schedule, ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';
import type { ServiceFunction } from './service-function.ts';

export type SweepScheduleProps = {
  readonly sweep: ServiceFunction;
};

const EVERY = Duration.minutes(15);

/**
 * Runs the sweep every 15 minutes. Without a dead-letter queue and with few retries: the next run does what a
 * missed or failed one did not do, and an alarm tells when none came.
 */
export class SweepSchedule extends Construct {
  constructor(scope: Construct, id: string, { sweep }: SweepScheduleProps) {
    super(scope, id);
    // The scheduler has handed over when the event is queued; these two are about what Lambda does with it then.
    sweep.function.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: Duration.minutes(10) });
    acknowledge(sweep.function, {
      'Serverless-LambdaAsyncFailureDestination':
        'Its event says nothing: the next run, 15 minutes later, does what this one did not.',
    });
    new Schedule(this, 'Schedule', {
      description: 'Runs the sweep',
      schedule: ScheduleExpression.rate(EVERY),
      target: new LambdaInvoke(sweep.function, {
        role: this.createRole(sweep).withoutPolicyUpdates(),
        retryAttempts: 3,
        maxEventAge: Duration.minutes(10),
      }),
    });
  }

  private createRole(sweep: ServiceFunction): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [sweep.function.functionArn],
            }),
          ],
        }),
      },
    });
  }
}
