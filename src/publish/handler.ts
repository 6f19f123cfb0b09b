import type { Context, DynamoDBBatchResponse, DynamoDBStreamEvent } from 'aws-lambda';
import { publishTask } from '../contract/send-message.ts';
import { readEventId, type StreamHandler } from '../platform/stream-records.ts';
import { publishEvents } from './publish-events.ts';
import type { PublishDeps } from './scope.ts';
import { startLanes } from './start-lanes.ts';
import { sweepPublish } from './sweep.ts';

/** What the function is invoked with: a batch of the stream, or a task from its schedule. */
type PublishHandler = (event: unknown, context: Context) => Promise<DynamoDBBatchResponse | undefined>;

/** The Lambda function that publishes. @throws UnavailableError when a task failed: its schedule runs it again */
export const createPublishHandler = (deps: PublishDeps): PublishHandler => {
  const handleStream = createPublishStream(deps);
  return async (event, context) => {
    if (isStreamEvent(event)) return handleStream(event, context);
    const { task } = publishTask.parse(event);
    if (task === 'sweep') await sweepPublish(deps);
    else await startLanes(deps, { measure: true });
    return undefined;
  };
};

const isStreamEvent = (event: unknown): event is DynamoDBStreamEvent =>
  typeof event === 'object' && event !== null && 'Records' in event && Array.isArray(event.Records);

/**
 * Publishes the events that a batch of stream records announces. Records whose event could not be published are
 * reported as failed, so that the event source mapping retries them.
 * @throws UnavailableError when nothing of the batch could be published
 */
export const createPublishStream =
  (deps: PublishDeps): StreamHandler =>
  async ({ Records }) => {
    const { failed } = await publishEvents(
      deps,
      Records.flatMap((record) => readEventId(record) ?? []),
    );
    const isFailed = (record: (typeof Records)[number]): boolean => failed.has(readEventId(record) ?? '');
    const batchItemFailures = Records.filter(isFailed).map(({ dynamodb }) => ({
      itemIdentifier: dynamodb?.SequenceNumber ?? '',
    }));
    return { batchItemFailures };
  };
