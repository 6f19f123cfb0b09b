import { setTimeout as sleep } from 'node:timers/promises';
import type { Headers } from '../deliver/delivery.ts';
import { isTaken, readReply } from '../deliver/report.ts';
import { isWorthResending, type Post, type Reply, type Sent, sendUntilFinal } from '../deliver/send.ts';
import { signatureOf } from '../shared/exchange.ts';
import { textTable } from '../shared/tables.ts';
import type { Batch } from './plan.ts';

/** Batches and the commits in them. */
type Count = { batches: number; commits: number };

/** A batch that was not taken, and the last answer. */
type Failure = { batch: Batch; reply: Reply };

export type Tally = {
  accepted: Count;
  duplicate: Count;
  failed: Count;
  /** Only the first ones, for the summary. */
  failures: Failure[];
  /** True if sending stopped, because the rest would have failed as well. */
  stopped: boolean;
};

const MOST_FAILURES = 5;

/** Statuses that concern every batch, not one body: wrong secret, wrong address, source off. */
const OF_ALL = [401, 403, 404, 405];

/**
 * Sends the batches one after the other, so that an interrupted run has sent the oldest, and only one is in memory.
 * Each is retried as deliveries are; if it then fails for a reason that concerns all batches, the run ends.
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

const newTally = (): Tally => ({
  accepted: nothing(),
  duplicate: nothing(),
  failed: nothing(),
  failures: [],
  stopped: false,
});

const nothing = (): Count => ({ batches: 0, commits: 0 });

/** Counts a batch as accepted, duplicate or failed. */
const note = (tally: Tally, batch: Batch, sent: Sent): void => {
  const isKnown = readReply(sent.reply).outcome === 'duplicate';
  if (isTaken(sent)) add(isKnown ? tally.duplicate : tally.accepted, batch);
  else fail(tally, { batch, reply: sent.reply });
};

const add = (count: Count, { commits }: Batch): void => {
  count.batches += 1;
  count.commits += commits;
};

const fail = (tally: Tally, failure: Failure): void => {
  add(tally.failed, failure.batch);
  if (tally.failures.length < MOST_FAILURES) tally.failures.push(failure);
  tally.stopped = concernsAll(failure.reply);
};

const concernsAll = (reply: Reply): boolean =>
  isWorthResending(reply) || (reply.kind === 'answered' && OF_ALL.includes(reply.status));

const headersOf = (body: Buffer, secret: string): Headers => ({
  'content-type': 'application/json; charset=UTF-8',
  'user-agent': 'jira-webhook-sync-commits',
  'x-hub-signature-256': signatureOf(secret, body),
  'content-length': String(body.length),
});

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing is listening there'],
  ['ENOTFOUND', 'host not found'],
  ['TIMEOUT', 'no response in time'],
  ['401', 'invalid signature: this secret differs from the one that the receiver has for commits'],
  ['403', 'the receiver accepts no deliveries from this network address'],
  [
    '404',
    'the URL is wrong, or the receiver has no secret for commits (COMMITS_WEBHOOK_SECRET, or the key commits_webhook_secret of its stored secret)',
  ],
  ['413', 'the body is too large for the receiver: use a smaller --batch'],
]);

const LATER = 'run the command again later: what was accepted is only a duplicate then';

/**
 * A table of the batches and commits by result, after the first failures.
 * @param total commits that were to be sent
 */
export const summarize = (tally: Tally, total: number): string => {
  const counts = Object.entries({
    accepted: tally.accepted,
    duplicate: tally.duplicate,
    failed: tally.failed,
  });
  const rows = counts.map(([name, { batches, commits }]) => [name, String(batches), String(commits)]);
  const done = counts.reduce((sum, [, { commits }]) => sum + commits, 0);
  if (tally.stopped && total > done) rows.push(['not sent', '', String(total - done)]);
  return [...tally.failures.map(lineOf), textTable(['', 'batches', 'commits'], rows)].join('\n');
};

const lineOf = ({ batch, reply }: Failure): string => {
  const { status, outcome, event_id } = readReply(reply);
  const answer = [status, outcome, event_id].filter((word) => word !== '-').join(' ');
  const advice = adviceFor(reply);
  const which = `${short(batch.first)} to ${short(batch.last)}`;
  return `failed: ${batch.commits} commits, ${which}: ${answer}${advice === '' ? '' : `\n  ${advice}`}`;
};

/** What the answer means and what to do, if known. */
const adviceFor = (reply: Reply): string => {
  const known = ADVICE.get(reply.kind === 'failed' ? reply.code : String(reply.status));
  return [known, isWorthResending(reply) ? LATER : undefined].filter((text) => text !== undefined).join('; ');
};

const short = (sha: string): string => sha.slice(0, 10);

/** True if every batch was taken, now or before. */
export const isAllTaken = ({ failed }: Tally): boolean => failed.batches === 0;
