import { InvalidArgumentError, Option } from 'commander';
import { readInstance } from '../local/instance.ts';
import { COMMON_BRANCHES } from './commits/branches.ts';
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
Reads git log, merges included. Sends commit ids, messages, author names, times and the branch; never file contents
or e-mail addresses. Safe to repeat: the same commits make the same batches, which the receiver answers as duplicates.
Commit ids decide where a batch ends, so new commits change only the last batch.
Any folder inside a repository stands for the whole repository. A branch that does not exist locally is looked up
among those of the remotes.

A commit is sent with a branch only if it certainly began on that branch. Commits that the default branch reaches are
sent with the default branch, or without a branch; so run git fetch first. The default branch is what the HEAD of
origin (else of another remote) names, else the first that exists of ${COMMON_BRANCHES.join(', ')}.
--since filters by committer date, not by the time of the push: leave it out to catch up after an outage. A date
without a time (2026-01-31, yesterday) is the start of that day in this machine's time zone.

URL and secret default to those of the running instance (npm start). COMMITS_WEBHOOK_SECRET in the environment
overrides its secret, and flags override both. Other users of this machine can see a command line, but not an
environment.
Retries a batch up to ${MOST_RESENDS} times after 408, 409, 425, 429, 5xx or a connection failure, with exponential
backoff and jitter; honours Retry-After up to ${MOST_RETRY_AFTER_MS / 1_000} s.`;

const notEmpty = (text: string): string => {
  if (text.trim() !== '') return text;
  throw new InvalidArgumentError('It must not be empty.');
};

const command = newCommand('commits', 'Sends the commits of a local git repository to the receiver.')
  .requiredOption('--repo <path>', 'any folder inside the repository', notEmpty)
  .option(
    '--name <owner/repo>',
    'repository name; default: from the URL of the remote origin, else the folder name',
    readName,
  )
  .option(
    '--since <time>',
    'only commits with a committer date at or after this, as git reads it (30.days, 2026-01-31)',
    notEmpty,
  )
  .option(
    '--branch <name>',
    'branch to send; repeatable; default: the current branch',
    (name, all: string[] = []) => [...all, notEmpty(name)],
  )
  .addOption(
    new Option('--all', 'all local branches, and remote branches as last fetched').conflicts('branch'),
  )
  .option(
    '--batch <n>',
    'maximum number of commits per delivery',
    wholeNumber(1, MOST_COMMITS),
    STANDARD_COMMITS,
  )
  .option('--url <address>', 'URL of the receiver; /webhooks/commits is added to a bare address')
  .option('--secret <secret>', 'signing secret')
  .option('--dry-run', 'show what would be sent, and send nothing')
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
  if (plan.repository.shallow) console.error('This is a shallow clone: older commits are missing.');
  console.log(describePlan(plan));
  if (plan.total === 0) return 0;
  if (target) return send(plan, target, options.batch);
  console.log(await rehearse(plan, options.batch));
  return 0;
});
