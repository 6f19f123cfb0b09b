import { setTimeout as sleep } from 'node:timers/promises';
import { Argument, Option } from 'commander';
import { readEnv } from '../contract/env.ts';
import { SOURCES, type Source } from '../domain/source.ts';
import { systemClock } from '../platform/clock.ts';
import { begin, waitForReceivers } from './rotate-secret/begin.ts';
import { abort, finish } from './rotate-secret/finish.ts';
import { deliveriesOf, type Rotation } from './rotate-secret/rotation.ts';
import { openSecretStore } from './rotate-secret/secret-store.ts';
import { status } from './rotate-secret/status.ts';
import { type ExitCode, newCommand, runCommand, UsageError, wholeNumber } from './shared/command.ts';
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
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
begin   stages a new secret beside the current one, waits 60 s until every receiver can know it, and shows it once
status  lists the keys, what they verify, and which ones the last deliveries used
finish  makes the new secret the main one; the old one verifies for SECRET_GRACE_HOURS or --grace-hours more
abort   removes the new secret, which stops verifying within 5 minutes

begin prints only the secret to standard output; all else goes to standard error. status, finish and abort look for
deliveries in the table; begin needs none. Set SECRET_GRACE_HOURS to the value of the receivers: a secret that was
overwritten by hand verifies for as long.`,
    ),
);

const secretIdOf = ({ secretId }: Options): string => {
  const id = secretId ?? process.env.JIRA_WEBHOOK_SECRET_ARN;
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
    say: step === 'begin' ? console.error : console.log,
  };
};

const tools = {
  wait: () => waitForReceivers(sleep, process.stderr),
  show: (secret: string) => console.log(secret),
};

const run: Record<Step, (rotation: Rotation, options: Options) => Promise<ExitCode>> = {
  begin: (rotation) => begin(rotation, tools),
  status,
  finish: (rotation, { force, graceHours }) => finish(rotation, force === true, graceHours),
  abort,
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const step = STEPS.find((known) => known === command.args[0]) ?? 'status';
  if (step !== 'finish' && (options.force || options.graceHours !== undefined))
    throw new UsageError('--force and --grace-hours are for finish only');
  return run[step](await openRotation(options, step), options);
});
