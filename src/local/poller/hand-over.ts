import { randomUUID } from 'node:crypto';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import { BATCH_SIZE } from '../../contract/stream.ts';
import { describeFault } from '../../errors/errors.ts';
import type { StreamHandler } from '../../handlers/correlate-records.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { localContext } from '../lambda-context.ts';
import { sequenceNumberOf } from './lambda-record.ts';
import { waitAfter } from './persist.ts';

/** The longest a Lambda function may run; the handler is told so, but nothing ends it here. */
const FUNCTION_TIMEOUT_MS = 900_000;

/**
 * How many records of a batch count as handled: those before the first that is reported as failed. A report
 * that names a record we did not send fails the whole batch (developer guide, "Reporting batch item failures").
 */
export const handledCount = (response: DynamoDBBatchResponse, sent: string[]): number => {
  const failed = response.batchItemFailures.map(({ itemIdentifier }) => sent.indexOf(itemIdentifier));
  return failed.length === 0 ? sent.length : Math.max(0, Math.min(...failed));
};

type HandOver = {
  handler: StreamHandler;
  clock: Clock;
  log: Logger;
  /** Aborted when no further batch shall begin. */
  signal: AbortSignal;
  /** Called with the sequence number up to which everything is handled. */
  reached(sequenceNumber: string): Promise<void>;
};

const invoke = async ({ handler, clock, log }: HandOver, Records: DynamoDBRecord[]): Promise<number> => {
  const context = localContext(randomUUID(), clock, FUNCTION_TIMEOUT_MS);
  try {
    const handled = handledCount(await handler({ Records }, context), Records.map(sequenceNumberOf));
    if (handled < Records.length)
      log.warn({ records: Records.length, handled }, 'a stream record failed; it comes again');
    return handled;
  } catch (fault) {
    log.warn(
      { records: Records.length, fault: describeFault(fault) },
      'a stream batch failed; it comes again',
    );
    return 0;
  }
};

/**
 * Gives the records to the handler in order, one batch after the other, as an event source mapping does: what
 * failed comes again after a while, first in its batch, and nothing behind it is left out.
 * @throws the signal's reason when it is aborted before everything is handled
 */
export const handOver = async (to: HandOver, records: DynamoDBRecord[]): Promise<void> => {
  let failures = 0;
  for (let begin = 0; begin < records.length; ) {
    to.signal.throwIfAborted();
    const batch = records.slice(begin, begin + BATCH_SIZE);
    const handled = await invoke(to, batch);
    const last = batch[handled - 1];
    if (last) await to.reached(sequenceNumberOf(last));
    begin += handled;
    if (handled === batch.length) failures = 0;
    else {
      failures = handled > 0 ? 1 : failures + 1;
      await waitAfter(failures, to.signal);
    }
  }
};
