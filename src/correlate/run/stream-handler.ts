import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { readEventId } from '../stream/read-event-id.ts';
import type { BatchDeps } from './batch-deps.ts';
import { processBatch } from './process-batch.ts';

/** A Lambda function behind an event source mapping of the table's stream; the local poller calls the same. */
export type StreamHandler = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>;

const eventIdsOf = (records: DynamoDBRecord[]): string[] =>
  records.flatMap((record) => readEventId(record) ?? []);

/**
 * Handles the events that a batch of stream records tells of. Only records of which not even a failure could
 * be written down are reported back, so that the mapping brings them again.
 */
export const createStreamHandler =
  (deps: BatchDeps): StreamHandler =>
  async (event, context) => {
    const batch = processBatch(deps, eventIdsOf(event.Records));
    const handle = async (record: DynamoDBRecord): Promise<void> => {
      const eventId = readEventId(record);
      const { unwritten } = await batch;
      if (eventId !== null && unwritten.has(eventId)) throw new Error('not handled');
    };
    const processor = new BatchProcessor(EventType.DynamoDBStreams);
    return processPartialResponse(event, handle, processor, { context, throwOnFullBatchFailure: false });
  };
