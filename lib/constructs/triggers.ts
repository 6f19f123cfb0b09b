import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { S3OnFailureDestination } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { BATCH_SIZE, LANES, STREAM_FILTERS } from '../../src/contract/functions.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { EventTable } from './event-table.ts';
import { mostWait, type ServiceFunction } from './service-function.ts';

export type StreamConsumerProps = {
  readonly consumer: ServiceFunction;
  readonly table: EventTable;
  /** Gets the discarded batches: S3 keeps whole records, a queue would only get where they were. */
  readonly bucket: ArtifactBucket;
  /** How long a batch may wait to fill. */
  readonly windowSeconds: number;
};

/** Invokes a function with the records of the table's stream. A shard takes two readers at most: these are all. */
export class StreamConsumer extends Construct {
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { consumer, table, bucket, windowSeconds } = props;
    this.mapping = new EventSourceMapping(this, 'Mapping', {
      target: consumer.function,
      eventSourceArn: table.streamArn,
      filters: STREAM_FILTERS.map((pattern) => FilterCriteria.filter(pattern)),
      // From the oldest record that the stream still has: nothing that came before the mapping is left out.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: Duration.seconds(windowSeconds),
      // Order does not matter, so a shard need not be read by one at a time.
      parallelizationFactor: LANES,
      // What a run cannot handle is parked by itself. Retried is only what could not even be written down, or
      // what ended the process, and that is narrowed down to the one record.
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      // After 15 minutes the sweep finds the event anyway, without a shard that waits behind it.
      maxRecordAge: Duration.hours(1),
      onFailure: new S3OnFailureDestination(bucket.bucket),
      supportS3OnFailureDestination: true,
    });
  }
}

export type FunctionScheduleProps = {
  readonly invoked: ServiceFunction;
  readonly minutes: number;
  readonly description: string;
  /** What it is asked to do, where a function has several schedules. */
  readonly input?: object;
};

/**
 * Runs a function again and again. Without a dead-letter queue and with few retries: the next run does what a missed
 * or failed one did not do, and an alarm says when none came.
 */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { invoked, minutes, description, input } = props;
    // The scheduler has handed over when the event is in Lambda's queue.
    new Schedule(this, 'Schedule', {
      description,
      schedule: ScheduleExpression.rate(Duration.minutes(minutes)),
      target: new LambdaInvoke(invoked.function, {
        role: this.createRole(invoked).withoutPolicyUpdates(),
        retryAttempts: 3,
        maxEventAge: Duration.minutes(mostWait(minutes)),
        ...(input === undefined ? {} : { input: ScheduleTargetInput.fromObject(input) }),
      }),
    });
  }

  private createRole(invoked: ServiceFunction): Role {
    return new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
      }),
      inlinePolicies: {
        invoke: new PolicyDocument({
          statements: [
            new PolicyStatement({
              actions: ['lambda:InvokeFunction'],
              resources: [invoked.function.functionArn],
            }),
          ],
        }),
      },
    });
  }
}
