import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { DynamoDBRecord } from 'aws-lambda';
import { readEventId, type StreamHandler } from '../../platform/stream-records.ts';
import { processBatch } from './process-batch.ts';
import type { BatchDeps } from './scope.ts';

/**
 * Processes the events that a batch of stream records announces. Only records for which not even a failure could be
 * written are reported as failed, so that the event source mapping retries them.
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

const eventIdsOf = (records: DynamoDBRecord[]): string[] =>
  records.flatMap((record) => readEventId(record) ?? []);
