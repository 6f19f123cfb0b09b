import { Duration } from 'aws-cdk-lib';
import { EventSourceMapping, FilterCriteria, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { S3OnFailureDestination } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Construct } from 'constructs';
import { BATCH_SIZE, LANES, STREAM_FILTERS } from '../../src/contract/stream.ts';
import type { ArtifactBucket } from './artifact-bucket.ts';
import type { EventTable } from './event-table.ts';
import type { ServiceFunction } from './service-function.ts';

export type StreamConsumerProps = {
  readonly consumer: ServiceFunction;
  readonly table: EventTable;
  /** Gets the batches that are given up: S3 keeps whole records, a queue would only get where they were. */
  readonly bucket: ArtifactBucket;
  /** How long a batch may wait to fill. */
  readonly windowSeconds: number;
};

/** Brings what the table's stream tells to the correlate function. */
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
