import { Argument, type Command, Option } from 'commander';
import { EXECUTION_STATUSES } from '../../domain/execution.ts';
import { withApiOptions } from '../api/commands.ts';
import { newCommand, wholeNumber } from '../shared/command.ts';
import type { StepRules } from '../shared/steps.ts';

/** The command line of `npm run executions`: `checkUsage` says which option is for which step. */
export const executionsCommand = (): Command =>
  withApiOptions(
    newCommand('executions', 'Shows what became of each event at each target, and tries again.')
      .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
      .argument(
        '[execution]',
        'show, retry, cancel: its id; show also takes the one a delivery was answered',
      ),
    'executions',
  )
    .option('--subscription <subscription>', 'list, watch, retry: only of this subscription: its id or name')
    .addOption(
      new Option(
        '--status <status>',
        'list, watch: only with this status; retry: which (default: failed)',
      ).choices(EXECUTION_STATUSES),
    )
    .option('--date <yyyy-mm-dd>', 'list: of this day in Phoenix (default: today and yesterday)')
    .option('--issue <issue>', 'list: of this issue, by key or id')
    .option('--event <id>', 'list: of this event')
    .option('--limit <n>', 'list, watch: how many at most (default: 50)', wholeNumber(1, 10_000))
    .option('--since <when>', 'retry: all created since then: 30m, 2h, 3d, a day in Phoenix, or an instant')
    .option('--json', 'list, show: print JSON')
    .option('--yes', 'retry: do not ask for confirmation')
    .addHelpText(
      'after',
      `
list    lists executions, newest first
show    shows one with its attempts, and what the target answered
watch   shows the newest and what is queued, until Ctrl-C
retry   queues a failed or cancelled one again; a completed one is sent once more, under an id of its own.
        With --since instead of an id: counts, asks, and goes through all; Ctrl-C stops it
cancel  takes a queued one out

Without --stage and --api this is the running instance (npm start).`,
    );

export const STEPS = ['list', 'show', 'watch', 'retry', 'cancel'] as const;

export type Step = (typeof STEPS)[number];

export const STEP_RULES: StepRules<Step> = {
  thing: 'execution',
  named_by: 'its id, exe_…',
  without: ['list', 'watch'],
  // --since selects many instead.
  optional: ['retry'],
  only_for: {
    subscription: ['list', 'watch', 'retry'],
    status: ['list', 'watch', 'retry'],
    since: ['retry'],
    date: ['list'],
    issue: ['list'],
    event: ['list'],
    limit: ['list', 'watch'],
    json: ['list', 'show'],
    yes: ['retry'],
  },
};
