import { setTimeout as sleep } from 'node:timers/promises';
import type { Headers } from '../deliver/headers.ts';
import type { Post, Reply } from '../deliver/post.ts';
import { isTaken, readReply } from '../deliver/report.ts';
import { isWorthResending, type Sent, sendUntilFinal } from '../deliver/resend.ts';
import { signatureOf } from '../shared/sign.ts';
import type { Batch } from './batches.ts';

/** Batches and the commits in them. */
type Count = { batches: number; commits: number };

/** One that was not taken, and what was answered at last. */
export type Failure = { batch: Batch; reply: Reply };

export type Tally = {
  accepted: Count;
  duplicate: Count;
  failed: Count;
  /** The first ones, for people. */
  failures: Failure[];
  /** True when nothing more was sent, because the rest would have failed as well. */
  stopped: boolean;
};

const MOST_FAILURES = 5;

/** Said of the sender or the receiver, not of a body: wrong secret, wrong address, source off. */
const OF_ALL = [401, 403, 404, 405];

const headersOf = (body: Buffer, secret: string): Headers => ({
  'content-type': 'application/json; charset=UTF-8',
  'user-agent': 'jira-webhook-sync-commits',
  'x-hub-signature-256': signatureOf(secret, body),
  'content-length': String(body.length),
});

const concernsAll = (reply: Reply): boolean =>
  isWorthResending(reply) || (reply.kind === 'answered' && OF_ALL.includes(reply.status));

const nothing = (): Count => ({ batches: 0, commits: 0 });

const newTally = (): Tally => ({
  accepted: nothing(),
  duplicate: nothing(),
  failed: nothing(),
  failures: [],
  stopped: false,
});

const add = (count: Count, { commits }: Batch): void => {
  count.batches += 1;
  count.commits += commits;
};

const fail = (tally: Tally, failure: Failure): void => {
  add(tally.failed, failure.batch);
  if (tally.failures.length < MOST_FAILURES) tally.failures.push(failure);
  tally.stopped = concernsAll(failure.reply);
};

/** Counts a batch under what became of it. */
const note = (tally: Tally, batch: Batch, sent: Sent): void => {
  const isKnown = readReply(sent.reply).outcome === 'duplicate';
  if (isTaken(sent)) add(isKnown ? tally.duplicate : tally.accepted, batch);
  else fail(tally, { batch, reply: sent.reply });
};

/**
 * Sends the batches one after the other, so that a run that is cut off has sent the oldest, and that no more than
 * one is in memory. Each is sent again as deliveries are; after that, trouble that concerns all of them ends the
 * run.
 */
export const sendBatches = async (
  batches: AsyncIterable<Batch>,
  post: Post,
  secret: string,
  progress: (batch: Batch) => void,
  pause: (ms: number) => Promise<unknown> = sleep,
): Promise<Tally> => {
  const tally = newTally();
  for await (const batch of batches) {
    const { body } = batch;
    note(tally, batch, await sendUntilFinal(() => post(headersOf(body, secret), body), pause, Math.random));
    if (tally.stopped) break;
    progress(batch);
  }
  return tally;
};
