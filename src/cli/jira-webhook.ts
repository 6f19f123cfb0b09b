import { Argument } from 'commander';
import { isIssueKey } from '../domain/issue-key.ts';
import { check } from './jira-webhook/check.ts';
import { type Options, openJob } from './jira-webhook/job.ts';
import { register, remove } from './jira-webhook/register.ts';
import { newCommand, runCommand, UsageError, wholeNumber } from './shared/command.ts';
import { OUTPUTS_FILE } from './shared/outputs.ts';
import { withTableOptions } from './shared/place.ts';

const STEPS = ['register', 'check', 'remove'] as const;

const command = withTableOptions(
  newCommand('jira-webhook', 'Registers the webhook in Jira, checks it, or removes it.')
    .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
    .option('--url <address>', 'URL that Jira delivers to; default: the running instance')
    .option('--stage <stage>', 'use the URL, secret and table of this deployment')
    .option(
      '--outputs <file>',
      `outputs of the deployment, from cdk deploy --outputs-file (default: ${OUTPUTS_FILE})`,
    )
    .option('--secret-id <id>', 'ARN or name of the secret; default: JIRA_WEBHOOK_SECRET_ARN')
    .option('--touch <key>', 'check: add a label to this issue and remove it, to cause a delivery')
    .option(
      '--wait <seconds>',
      'how long to wait for a delivery; 0: register does not wait',
      wholeNumber(0, 3600),
      300,
    )
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
register  creates or updates the webhook for the URL, reads it back, and waits for a verified delivery
check     reports what is wrong: wrong URL, disabled, not signed, events or issues that are not delivered
remove    removes every webhook for the URL

Set JIRA_SITE_URL, JIRA_ADMIN_TOKEN and (Jira Cloud) JIRA_ADMIN_USER of an account that may "Administer Jira". They are
used only here and never stored. Jira is given the secret that rotate-secret staged, else the main one; it is never
shown. Jira Data Center before 10 cannot sign webhooks, so nothing is registered there: give it the URL of a connection
that holds the secret (npm run connections -- add --kind jira --auth url).`,
    ),
);

await runCommand(command, async () => {
  const { touch, ...options } = command.opts<Options & { touch?: string }>();
  const step = STEPS.find((known) => known === command.args[0]) ?? 'check';
  if (touch !== undefined && step !== 'check') throw new UsageError('--touch is for check only');
  if (touch !== undefined && !isIssueKey(touch)) throw new UsageError('--touch takes the key of an issue');
  const job = await openJob(options);
  if (step === 'check') return check(job, touch ?? null);
  return step === 'register' ? register(job) : remove(job);
});
