import { setTimeout as sleep } from 'node:timers/promises';
import pMap from 'p-map';
import { INSTANCE_FILE } from '../local/instance.ts';
import { type ConnectionFlags, findSending } from './deliver/connection.ts';
import { addHeader, type Input, readIdentifier, readInput, sampleNames } from './deliver/delivery.ts';
import { type Delivered, isTaken, report } from './deliver/report.ts';
import { createPost, MOST_RESENDS, MOST_RETRY_AFTER_MS, type Post, sendUntilFinal } from './deliver/send.ts';
import { type Dressed, findBuiltIn, type Sending } from './deliver/target.ts';
import { newCommand, runCommand, UsageError, wholeNumber } from './shared/command.ts';
import { OUTPUTS_FILE } from './shared/outputs.ts';
import { showProgress } from './shared/terminal.ts';

type Options = ConnectionFlags & { repeat: number; concurrency: number };

const help = () => `
URL and secret default to those of the running instance (npm start). JIRA_WEBHOOK_SECRET in the environment
overrides its secret, and flags override both. Other users of this machine can see a command line, but not an
environment.

With --connection, --url and --stage name the API, as for npm run connections, and the secret is what add or rotate
showed. The body is sent to the connection's URL, with its credential where that kind of sender puts it.

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
  .option('--connection <connection>', 'send as the sender of this connection would: its id, or its name')
  .option('--secret-file <path>', "the connection's secret: a file, or - for standard input")
  .option('--secret-encoding <encoding>', 'base64 if the connection was created with it')
  .option('--tenant <tenant>', 'tenant of the connection (default: default)')
  .option('--stage <stage>', 'deployment of the connection, called with your AWS credentials')
  .option('--outputs <file>', `outputs of the deployment (default: ${OUTPUTS_FILE})`)
  .option('--instance-file <path>', 'record of the running instance', INSTANCE_FILE)
  .option('--repeat <n>', 'how many times to send each body', wholeNumber(1, 1_000_000), 1)
  .option('--concurrency <n>', 'deliveries in flight (1 keeps the order)', wholeNumber(1, 256), 1)
  .addHelpText('after', help);

type Job = Input & Dressed;

const planJobs = (inputs: Input[], { dress }: Sending, repeat: number): Job[] =>
  inputs
    .flatMap((input) => Array.from({ length: repeat }, () => input))
    .map((input, number) => ({ ...input, ...dress(input.body, number) }));

const ONLY_FOR_CONNECTIONS = ['secretFile', 'secretEncoding', 'tenant', 'stage', 'outputs'] as const;

const openSending = (options: Options): Sending | Promise<Sending> => {
  if (options.connection !== undefined) return findSending(options);
  if (ONLY_FOR_CONNECTIONS.some((name) => options[name] !== undefined))
    throw new UsageError(
      '--secret-file, --secret-encoding, --tenant, --stage and --outputs need --connection',
    );
  return findBuiltIn(options);
};

const deliverAll = async (jobs: Job[], post: Post, concurrency: number): Promise<Delivered[]> => {
  const progress = showProgress('delivering', jobs.length);
  const all = await pMap(
    jobs,
    async ({ name, body, url, headers }) => {
      const sent = await sendUntilFinal(() => post(headers, body, url), sleep, Math.random);
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
  const sending = await openSending(options);
  const start = performance.now();
  const jobs = planJobs(inputs, sending, options.repeat);
  const all = await deliverAll(jobs, createPost(sending.url, options.concurrency), options.concurrency);
  console.log(report(all, (performance.now() - start) / 1_000));
  return all.every(isTaken) ? 0 : 1;
});
