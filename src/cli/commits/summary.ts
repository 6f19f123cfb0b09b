import type { Reply } from '../deliver/post.ts';
import { readReply } from '../deliver/report.ts';
import { isWorthResending } from '../deliver/resend.ts';
import { textTable } from '../shared/text-table.ts';
import type { Failure, Tally } from './send.ts';

const ADVICE: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'there is no such host'],
  ['TIMEOUT', 'no answer came in time'],
  ['401', 'the signature does not verify: the secret given here is not the one the receiver has for commits'],
  ['403', 'the receiver takes nothing from this network address'],
  [
    '404',
    'the receiver takes no commits there: the source is off until it has a secret (COMMITS_WEBHOOK_SECRET, or commits_webhook_secret in its ARN), or the address is another',
  ],
  ['413', 'the receiver takes smaller bodies only: try a smaller --batch'],
]);

const LATER = 'try later: what has been taken is only a duplicate then';

/** What the answer means and what to do, as far as it can be known here. */
const adviceFor = (reply: Reply): string => {
  const known = ADVICE.get(reply.kind === 'failed' ? reply.code : String(reply.status));
  return [known, isWorthResending(reply) ? LATER : undefined].filter((text) => text !== undefined).join('; ');
};

const short = (sha: string): string => sha.slice(0, 10);

const lineOf = ({ batch, reply }: Failure): string => {
  const { status, outcome, event_id } = readReply(reply);
  const answer = [status, outcome, event_id].filter((word) => word !== '-').join(' ');
  const advice = adviceFor(reply);
  const which = `${short(batch.first)} to ${short(batch.last)}`;
  return `failed: ${batch.commits} commits, ${which}: ${answer}${advice === '' ? '' : `\n  ${advice}`}`;
};

/**
 * What became of the batches and the commits in them.
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

/** True when every batch was taken, now or before. */
export const isAllTaken = ({ failed }: Tally): boolean => failed.batches === 0;
