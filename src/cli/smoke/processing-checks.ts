import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod/mini';
import { describeAnswer, readBody } from './answers.ts';
import {
  afterDelivery,
  type Check,
  failed,
  ok,
  type Result,
  skipped,
  type Taken,
  type World,
} from './check.ts';

const PAUSE_MS = 1_000;

/** Looks until there is a result, and a last time when the patience is at an end. */
const lookUntil = async (
  { patience }: Taken,
  look: () => Promise<Result | null>,
  late: () => Result,
): Promise<Result> => {
  for (;;) {
    const isLast = patience.aborted;
    const result = await look();
    if (result) return result;
    if (isLast) return late();
    await sleep(PAUSE_MS, undefined, { signal: patience }).catch(() => {});
  }
};

const event = z.object({ processing: z.object({ status: z.string() }) });

/** From the table's stream to the function that correlates, and back into the table. */
const checkProcessed = afterDelivery('event-processed', ({ api, wait_seconds }, taken) => {
  let seen = '';
  const look = async (): Promise<Result | null> => {
    const answer = await api.sendSigned('GET', `/events/${taken.event_id}`);
    const status = readBody(answer, event)?.processing.status;
    seen = status ?? describeAnswer(answer);
    return status === 'processed' ? ok(seen) : status === 'failed' ? failed(seen) : null;
  };
  return lookUntil(taken, look, () => failed(`${seen} after ${wait_seconds} s`));
});

const findDocument = async ({ documents }: World, taken: Taken): Promise<Result | null> => {
  const key = await documents?.find(taken.received_ms, taken.event_id);
  return key ? ok(key) : null;
};

const checkDocument = afterDelivery('run-document', async (world, taken) => {
  if (world.documents === null) return skipped('the bucket is not known: give --bucket');
  const late = () => failed(`none names ${taken.event_id} after ${world.wait_seconds} s`);
  return lookUntil(taken, () => findDocument(world, taken), late);
});

/** What becomes of the delivery without anybody asking. */
export const PROCESSING_CHECKS: readonly Check[] = [checkProcessed, checkDocument];
