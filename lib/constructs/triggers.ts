import { Aws, Duration } from 'aws-cdk-lib';
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { S3OnFailureDestination } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Schedule, ScheduleExpression, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { LambdaInvoke } from 'aws-cdk-lib/aws-scheduler-targets';
import { Construct } from 'constructs';
import { BATCH_SIZE, BATCHES_PER_SHARD, STREAM_FILTERS } from '../../src/contract/functions.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { EventTable } from './event-table.ts';
import { mostWait, type ServiceFunction } from './service-function.ts';

export type StreamConsumerProps = {
  readonly consumer: ServiceFunction;
  readonly table: EventTable;
  /** Gets the discarded batches: S3 receives whole records, a queue would only get their position in the stream. */
  readonly bucket: ArtifactBucket;
  /** The batch window. */
  readonly windowSeconds: number;
};

/** Invokes a function with the records of the table's stream. A shard supports at most two readers: both are in use. */
export class StreamConsumer extends Construct {
  readonly mapping: EventSourceMapping;

  constructor(scope: Construct, id: string, props: StreamConsumerProps) {
    super(scope, id);
    const { consumer, table, bucket, windowSeconds } = props;
    this.mapping = new EventSourceMapping(this, 'Mapping', {
      target: consumer.function,
      eventSourceArn: table.streamArn,
      filters: STREAM_FILTERS.map((pattern) => FilterCriteria.filter(pattern)),
      // From the oldest record in the stream, so that none from before the mapping is skipped.
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: BATCH_SIZE,
      maxBatchingWindow: Duration.seconds(windowSeconds),
      // Order does not matter, so batches of one shard may run concurrently.
      parallelizationFactor: BATCHES_PER_SHARD,
      // A run parks what it cannot process. Only records for which nothing could be written, or that crashed the
      // process, are retried, and the batch is bisected down to the one record.
      reportBatchItemFailures: true,
      bisectBatchOnError: true,
      retryAttempts: 10,
      // After 15 minutes the sweep finds the event anyway, without blocking the shard.
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
  /** The task, if a function has several schedules. */
  readonly input?: object;
};

/**
 * Runs a function on a schedule, without a dead-letter queue and with few retries: the next run does the work of a
 * missed or failed one, and an alarm reports missing runs.
 */
export class FunctionSchedule extends Construct {
  constructor(scope: Construct, id: string, props: FunctionScheduleProps) {
    super(scope, id);
    const { invoked, minutes, description, input } = props;
    // Retries and age are about putting the event into Lambda's queue: then the scheduler is done.
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
