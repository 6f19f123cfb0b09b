import { InvalidArgumentError, Option } from 'commander';
import { readInstance } from '../local/instance.ts';
import {
  type Batch,
  cutBatches,
  describePlan,
  MOST_COMMITS,
  makePlan,
  type Plan,
  planned,
  rehearse,
  STANDARD_COMMITS,
  type Wish,
} from './commits/plan.ts';
import { readName } from './commits/repository.ts';
import { isAllTaken, sendBatches, summarize } from './commits/send.ts';
import { createPost, MOST_RESENDS, MOST_RETRY_AFTER_MS } from './deliver/send.ts';
import { COMMITS_WEBHOOK, findTarget, type Target } from './deliver/target.ts';
import { newCommand, runCommand, wholeNumber } from './shared/command.ts';
import { showProgress } from './shared/terminal.ts';

type Options = Wish & { batch: number; url?: string; secret?: string; dryRun?: true };

const HELP = `
Reads git log, merges included, and sends ids, messages, author names, times and the branch, never file contents
or e-mail addresses. Running it again changes nothing: a batch with the same commits has the same bytes, and the
receiver knows it. Batches end where commit ids say so, so that new commits change only the last of them.
A folder inside a repository means all of it; a branch that is not here is looked for among those of the remotes.

A branch is sent with the commits that began on it, as far as that is certain, and with no other. What the default
branch reaches (origin/HEAD, else main, else master) is sent with that, or without a branch. So fetch first.
--since looks at the time each commit was made at (git log's committer date), not at when it was pushed: to catch
up after an outage leave it out. A day alone (2026-01-31, yesterday) is its start in this machine's time zone.

Address and secret are those of the running instance (npm start); COMMITS_WEBHOOK_SECRET in the environment wins
over its secret, and flags win over both. A command line can be seen by others on this machine, an environment
cannot.
After 408, 409, 425, 429, 5xx or a connection failure a batch is sent again, up to ${MOST_RESENDS} times, after a
growing pause; a Retry-After is honoured up to ${MOST_RETRY_AFTER_MS / 1_000} s.`;

const notEmpty = (text: string): string => {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
};

const command = newCommand(
  'commits',
  'Sends the commits of a repository on this machine, as its git log lists them.',
)
  .requiredOption('--repo <path>', 'a folder in the repository', notEmpty)
  .option(
    '--name <owner/repo>',
    "its name; else from the address of the remote origin, else the folder's",
    readName,
  )
  .option(
    '--since <time>',
    'only commits whose own time is that or later, as git reads it (30.days, 2026-01-31)',
    notEmpty,
  )
  .option(
    '--branch <name>',
    'this branch, again for more; else the current one',
    (name, all: string[] = []) => [...all, notEmpty(name)],
  )
  .addOption(
    new Option('--all', 'every branch that is here, those of remotes as they were fetched').conflicts(
      'branch',
    ),
  )
  .option(
    '--batch <n>',
    'at most this many commits in a delivery',
    wholeNumber(1, MOST_COMMITS),
    STANDARD_COMMITS,
  )
  .option('--url <address>', 'where to; a bare address gets /webhooks/commits')
  .option('--secret <secret>', 'what to sign with')
  .option('--dry-run', 'say what would be sent')
  .addHelpText('after', HELP);

const send = async (plan: Plan, { url, secret }: Target, most: number): Promise<0 | 1> => {
  const batches = cutBatches(plan.repository.name, planned(plan), most);
  const progress = showProgress('commits', plan.total);
  const step = ({ commits }: Batch): void => progress.step(commits);
  const tally = await sendBatches(batches, createPost(url, 1), secret, step).finally(progress.stop);
  console.log(summarize(tally, plan.total));
  return isAllTaken(tally) ? 0 : 1;
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const target = options.dryRun ? null : findTarget(options, process.env, readInstance(), COMMITS_WEBHOOK);
  const plan = await makePlan(options);
  if (plan.repository.shallow) console.error('This is a shallow clone: older commits are not here.');
  console.log(describePlan(plan));
  if (plan.total === 0) return 0;
  if (target) return send(plan, target, options.batch);
  console.log(await rehearse(plan, options.batch));
  return 0;
});
