import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, Option } from 'commander';
import { readEnv } from '../contract/env.ts';
import { SOURCES, type Source } from '../domain/source.ts';
import { systemClock } from '../platform/clock.ts';
import { openJob } from './jira-webhook/job.ts';
import { begin, beginAndRegister, waitForReceivers } from './rotate-secret/begin.ts';
import { abort, finish } from './rotate-secret/finish.ts';
import { deliveriesOf, type Rotation } from './rotate-secret/rotation.ts';
import { openSecretStore } from './rotate-secret/secret-store.ts';
import { status } from './rotate-secret/status.ts';
import { type ExitCode, newCommand, runCommand, UsageError, wholeNumber } from './shared/command.ts';
import { OUTPUTS_FILE, outputsOf } from './shared/outputs.ts';
import { type TableFlags, withTableOptions } from './shared/place.ts';
import { confirm } from './shared/terminal.ts';

const STEPS = ['begin', 'status', 'finish', 'abort'] as const;

type Step = (typeof STEPS)[number];

type Options = TableFlags & {
  source: Source;
  secretId?: string;
  force?: true;
  graceHours?: number;
  yes?: true;
  register?: true;
  url?: string;
  stage?: string;
  outputs?: string;
  wait: number;
};

const command = withTableOptions(
  newCommand('rotate-secret', "Replaces a webhook's secret without losing a delivery.")
    .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
    .addOption(
      new Option('--source <source>', 'sender whose secret is replaced')
        .choices(SOURCES)
        .makeOptionMandatory(),
    )
    .option('--secret-id <id>', 'ARN or name of the secret; default: JIRA_WEBHOOK_SECRET_ARN')
    .option(
      '--force',
      'finish even if the new secret was not seen in use, or an earlier one is in its grace period',
    )
    .option(
      '--grace-hours <hours>',
      'finish: hours for which the old secret still verifies; 0 revokes it',
      wholeNumber(0, 8760),
    )
    .option('--register', 'begin: give the new secret to the webhook in Jira instead of showing it')
    .option('--url <address>', '--register: URL that Jira delivers to; default: the running instance')
    .option('--stage <stage>', '--register: use the URL, secret and table of this deployment')
    .option(
      '--outputs <file>',
      `--register: outputs of the deployment, from cdk deploy --outputs-file (default: ${OUTPUTS_FILE})`,
    )
    .option(
      '--wait <seconds>',
      '--register: how long to wait for a delivery; 0: do not wait',
      wholeNumber(0, 3600),
      300,
    )
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
begin   stages a new secret beside the current one, waits 60 s until every receiver can know it, and shows it once
status  lists the keys, what they verify, and which ones the last deliveries used
finish  makes the new secret the main one; the old one verifies for SECRET_GRACE_HOURS or --grace-hours more
abort   removes the new secret, which stops verifying within 5 minutes

begin --register needs what npm run jira-webhook -- register needs: JIRA_SITE_URL, JIRA_ADMIN_TOKEN and (Jira Cloud)
JIRA_ADMIN_USER of an account that may "Administer Jira". After an interruption run it again: it continues.

begin prints only the secret to standard output; all else goes to standard error. status, finish and abort look for
deliveries in the table; begin needs none. Set SECRET_GRACE_HOURS to the value of the receivers: a secret that was
overwritten by hand verifies for as long.`,
    ),
);

const secretIdOf = (options: Options): string => {
  const id = options.secretId ?? outputsOf(options).SecretArn ?? process.env.JIRA_WEBHOOK_SECRET_ARN;
  if (!id) throw new UsageError('Which secret? Give --secret-id, or set JIRA_WEBHOOK_SECRET_ARN.');
  return id;
};

const openRotation = async (options: Options, step: Step): Promise<Rotation> => {
  const { source } = options;
  const secret_id = secretIdOf(options);
  return {
    source,
    secret_id,
    store: await openSecretStore(secret_id, process.env),
    deliveries: deliveriesOf(options, source, systemClock),
    grace_hours: readEnv(process.env).SECRET_GRACE_HOURS,
    clock: systemClock,
    ask: (question) => confirm(question, options.yes === true),
    say: step === 'begin' && !options.register ? console.error : console.log,
  };
};

const tools = {
  wait: () => waitForReceivers(sleep, process.stderr),
  show: (secret: string) => console.log(secret),
};

const run: Record<Step, (rotation: Rotation, options: Options) => Promise<ExitCode>> = {
  begin: async (rotation, options) =>
    options.register
      ? beginAndRegister(rotation, await openJob({ ...options, secretId: rotation.secret_id }), tools.wait)
      : begin(rotation, tools),
  status,
  finish: (rotation, { force, graceHours }) => finish(rotation, force === true, graceHours),
  abort,
};

const checkRegister = ({ register, source, url, stage, outputs }: Options, step: Step): void => {
  if (register && (step !== 'begin' || source !== 'jira'))
    throw new UsageError('--register is for begin with --source jira only');
  if (!register && [url, stage, outputs].some((value) => value !== undefined))
    throw new UsageError('--url, --stage and --outputs are for begin --register only');
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const step = STEPS.find((known) => known === command.args[0]) ?? 'status';
  if (step !== 'finish' && (options.force || options.graceHours !== undefined))
    throw new UsageError('--force and --grace-hours are for finish only');
  checkRegister(options, step);
  return run[step](await openRotation(options, step), options);
});
