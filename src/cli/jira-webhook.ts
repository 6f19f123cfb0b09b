import { Argument } from 'commander';
import { isIssueKey } from '../domain/issue-key.ts';
import { check } from './jira-webhook/check.ts';
import { type Options, openJob } from './jira-webhook/job.ts';
import { register } from './jira-webhook/register.ts';
import { remove } from './jira-webhook/remove.ts';
import { newCommand, runCommand, UsageError, wholeNumber } from './shared/command.ts';
import { withTableOptions } from './shared/place.ts';
import { OUTPUTS_FILE } from './smoke/deployment.ts';

const STEPS = ['register', 'check', 'remove'] as const;

const command = withTableOptions(
  newCommand('jira-webhook', 'Registers the webhook in Jira, checks it, or removes it.')
    .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
    .option('--url <address>', 'where Jira delivers to; default: the running instance')
    .option('--stage <stage>', 'the address, the secret and the table of this deployment')
    .option(
      '--outputs <file>',
      `its outputs, as cdk deploy --outputs-file writes them (default: ${OUTPUTS_FILE})`,
    )
    .option('--secret-id <id>', 'ARN or name of the secret; default: JIRA_WEBHOOK_SECRET_ARN')
    .option('--touch <key>', 'check: adds a label to this issue and takes it away, to cause a delivery')
    .option(
      '--wait <seconds>',
      'how long to wait for a delivery; 0: register does not wait',
      wholeNumber(0, 3600),
      300,
    )
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      `
register  makes the webhook of the address, or updates it; reads it back; waits for a delivery that verifies
check     says what is wrong: wrong address, disabled, not signed, events or issues that are not delivered
remove    takes every webhook of the address away

Set JIRA_SITE_URL, and JIRA_ADMIN_TOKEN and (Jira Cloud) JIRA_ADMIN_USER of somebody who may "Administer Jira". They
are used for this and never stored. The secret is the one that rotate-secret staged, else the main one; it is given
to Jira and never shown. Jira Data Center before 10 cannot sign, and nothing is registered there.`,
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
