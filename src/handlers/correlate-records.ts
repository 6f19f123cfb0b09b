import { BatchProcessor, EventType, processPartialResponse } from '@aws-lambda-powertools/batch';
import type { Context, DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from 'aws-lambda';
import { type Hint, readHint } from '../stream/read-hint.ts';
import type { BatchDeps } from './correlate/batch-deps.ts';
import { processBatch } from './correlate/process-batch.ts';

/** A Lambda function behind an event source mapping of the table's stream; the local poller calls the same. */
export type StreamHandler = (event: DynamoDBStreamEvent, context: Context) => Promise<DynamoDBBatchResponse>;

const idOf = (hint: Hint): string => (hint.kind === 'event' ? hint.event_id : hint.issue_id);

const hintsOf = (records: DynamoDBRecord[]): Hint[] => records.flatMap((record) => readHint(record) ?? []);

/**
 * Handles a batch of stream records as hints of what changed. Only records of which not even a failure could
 * be written down are reported back, so that the mapping brings them again.
 */
export const createStreamHandler =
  (deps: BatchDeps): StreamHandler =>
  async (event, context) => {
    const batch = processBatch(deps, hintsOf(event.Records));
    const handle = async (record: DynamoDBRecord): Promise<void> => {
      const hint = readHint(record);
      const { unwritten } = await batch;
      if (hint && unwritten.has(idOf(hint))) throw new Error('not handled');
    };
    const processor = new BatchProcessor(EventType.DynamoDBStreams);
    return processPartialResponse(event, handle, processor, { context, throwOnFullBatchFailure: false });
  };
