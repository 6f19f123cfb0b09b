import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { readInstance } from '../local/instance.ts';
import {
  addHeader,
  deliveryHeaders,
  type Headers,
  type Input,
  readIdentifier,
  readInput,
  sampleNames,
} from './deliver/delivery.ts';
import { type Delivered, isTaken, report } from './deliver/report.ts';
import { createPost, MOST_RESENDS, MOST_RETRY_AFTER_MS, type Post, sendUntilFinal } from './deliver/send.ts';
import { findTarget } from './deliver/target.ts';
import { newCommand, runCommand, wholeNumber } from './shared/command.ts';
import { showProgress } from './shared/terminal.ts';

type Options = {
  url?: string;
  secret?: string;
  header?: Headers;
  identifier?: string;
  repeat: number;
  concurrency: number;
};

const help = () => `
URL and secret default to those of the running instance (npm start). JIRA_WEBHOOK_SECRET in the environment
overrides its secret, and flags override both. Other users of this machine can see a command line, but not an
environment.
Retries a delivery up to ${MOST_RESENDS} times after 408, 409, 425, 429, 5xx or a connection failure, with exponential
backoff and jitter; honours Retry-After up to ${MOST_RETRY_AFTER_MS / 1_000} s.

Samples: ${sampleNames().join(', ')}`;

const command = newCommand('deliver', 'Signs files as Jira does and sends them byte for byte.')
  .argument('<file|sample...>', 'files with one body each, or names of built-in samples')
  .option('--url <address>', 'URL of the receiver; /webhooks/jira is added to a bare address')
  .option('--secret <secret>', 'signing secret')
  .option(
    '--header <header>',
    "'Name: value'; repeatable; replaces a default header, the last one wins",
    addHeader,
  )
  .option('--identifier <text>', 'X-Atlassian-Webhook-Identifier for every delivery', readIdentifier)
  .option('--repeat <n>', 'how many times to send each body', wholeNumber(1, 1_000_000), 1)
  .option('--concurrency <n>', 'deliveries in flight (1 keeps the order)', wholeNumber(1, 256), 1)
  .addHelpText('after', help);

type Job = Input & { headers: Headers };

const planJobs = (inputs: Input[], secret: string, { identifier, header, repeat }: Options): Job[] =>
  inputs.flatMap((input) => {
    const headers = deliveryHeaders(input.body, secret, identifier, header ?? {});
    return Array.from({ length: repeat }, () => ({ ...input, headers }));
  });

const deliverAll = async (jobs: Job[], post: Post, concurrency: number): Promise<Delivered[]> => {
  const progress = showProgress('delivering', jobs.length);
  const all = await pMap(
    jobs,
    async ({ name, body, headers }) => {
      const sent = await sendUntilFinal(() => post(headers, body), sleep, Math.random);
      progress.step();
      return { name, ...sent };
    },
    { concurrency },
  );
  progress.stop();
  return all;
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const inputs = command.args.map(readInput);
  const { url, secret } = findTarget(options, process.env, readInstance());
  const start = performance.now();
  const jobs = planJobs(inputs, secret, options);
  const all = await deliverAll(jobs, createPost(url, options.concurrency), options.concurrency);
  console.log(report(all, (performance.now() - start) / 1_000));
  return all.every(isTaken) ? 0 : 1;
});
