import { randomUUID } from 'node:crypto';
import type { DynamoDBBatchResponse, DynamoDBRecord } from 'aws-lambda';
import pMap from 'p-map';
import { BATCH_SIZE } from '../../contract/functions.ts';
import { describeFault } from '../../errors/errors.ts';
import { chunks } from '../../platform/chunks.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { StreamHandler } from '../../platform/stream-records.ts';
import { localContext, sequenceNumberOf } from '../lambda-input.ts';
import { waitAfter } from './waits.ts';

/**
 * How many records of a batch count as handled: those before the first one reported as failed. A report that names an
 * unknown record fails the whole batch (developer guide, "Reporting batch item failures").
 */
export const handledCount = (response: DynamoDBBatchResponse, sent: string[]): number => {
  const failed = response.batchItemFailures.map(({ itemIdentifier }) => sent.indexOf(itemIdentifier));
  return failed.length === 0 ? sent.length : Math.max(0, Math.min(...failed));
};

/**
 * Concurrent batches, which mostly wait for the table. The engine's stream has fewer shards than that of a table on
 * AWS, and concurrency exposes code that relies on an order.
 */
export const BATCHES_AT_A_TIME = 4;

export type HandOver = {
  handler: StreamHandler;
  clock: Clock;
  log: Logger;
  /** Once aborted, no further batch starts. */
  signal: AbortSignal;
  /** Called with the sequence number up to which everything is handled. */
  reached(sequenceNumber: string): Promise<void>;
};

/**
 * Passes the records to the handler in batches, a few concurrently, in no particular order. A failed record is retried
 * after a while, with the records after it in its batch.
 * @throws the signal's reason when it is aborted before everything is handled; no batch is running by then
 */
export const handOver = async (to: HandOver, records: DynamoDBRecord[]): Promise<void> => {
  const handledNow = trackReached(to, records);
  await pMap(
    chunks(records, BATCH_SIZE),
    (batch) =>
      handleBatch(to, batch, handledNow).catch((fault) => {
        if (!to.signal.aborted) throw fault;
      }),
    { concurrency: BATCHES_AT_A_TIME },
  );
  if (records.length > 0) to.signal.throwIfAborted();
};

/** Reports the last record up to which all are handled without a gap, whenever it advances; one call at a time. */
const trackReached = ({ reached }: HandOver, records: DynamoDBRecord[]) => {
  const done = new Set<DynamoDBRecord>();
  let handled = 0;
  let reported = 0;
  let reporting = Promise.resolve();
  const report = async (): Promise<void> => {
    const last = records[handled - 1];
    if (!last || handled === reported) return;
    reported = handled;
    await reached(sequenceNumberOf(last));
  };
  return (some: DynamoDBRecord[]): Promise<void> => {
    for (const record of some) done.add(record);
    for (let next = records[handled]; next && done.has(next); next = records[handled]) handled += 1;
    reporting = reporting.then(report);
    return reporting;
  };
};

const handleBatch = async (
  to: HandOver,
  records: DynamoDBRecord[],
  handledNow: (some: DynamoDBRecord[]) => Promise<void>,
): Promise<void> => {
  let rest = records;
  for (let failures = 0; rest.length > 0; ) {
    to.signal.throwIfAborted();
    const handled = await invoke(to, rest);
    if (handled > 0) await handledNow(rest.slice(0, handled));
    rest = rest.slice(handled);
    failures = handled > 0 ? 1 : failures + 1;
    if (rest.length > 0) await waitAfter(failures, to.signal);
  }
};

/** The maximum run time of a Lambda function; reported in the context, but not enforced here. */
const FUNCTION_TIMEOUT_MS = 900_000;

const invoke = async ({ handler, clock, log }: HandOver, Records: DynamoDBRecord[]): Promise<number> => {
  const context = localContext(randomUUID(), clock, FUNCTION_TIMEOUT_MS);
  try {
    const handled = handledCount(await handler({ Records }, context), Records.map(sequenceNumberOf));
    if (handled < Records.length)
      log.warn({ records: Records.length, handled }, 'a stream record failed; it is retried');
    return handled;
  } catch (fault) {
    log.warn(
      { records: Records.length, fault: describeFault(fault) },
      'a stream batch failed; it is retried',
    );
    return 0;
  }
};
