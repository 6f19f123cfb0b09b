import { Argument, type Command, Option } from 'commander';
import { SECRET_ENCODINGS } from '../../domain/connection.ts';
import { FORMATS, PRIORITIES, RETRIES, SIGNATURES } from '../../domain/subscription.ts';
import { withApiOptions } from '../api/commands.ts';
import { newCommand, wholeNumber } from '../shared/command.ts';
import type { StepRules } from '../shared/steps.ts';

/** The command line of `npm run subscriptions`: `checkUsage` says which option is for which step. */
export const subscriptionsCommand = (): Command =>
  withKeyOptions(withSettings(withFilter(withApiOptions(begun(), 'subscriptions'))))
    .option('--reason <text>', 'pause, resume: why; kept with the change')
    .option('--json', 'list, show, test, match: print JSON')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText('after', HELP);

const begun = (): Command =>
  newCommand('subscriptions', 'Manages which events are sent to which target, and how.')
    .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
    .argument('[subscription]', 'its id, or its name; show: without it the only one there is')
    .argument('[event]', 'match: id of an event');

const more = (text: string, before: string[] = []): string[] => [...before, text];

/** An option that may be repeated; an empty value removes the condition. */
const many = (flags: string, description: string): Option =>
  new Option(flags, `add, change: only ${description}`).argParser(more);

const withFilter = (command: Command): Command =>
  command
    .addOption(many('--event <type>', 'events of this type; * at its end stands for anything'))
    .addOption(many('--project <key>', 'issues of this project'))
    .addOption(many('--source <source>', 'what came from it: jira, automation, …; reconcile must be named'))
    .addOption(many('--connection <connection>', 'what came through it: its id, or its name'))
    .addOption(many('--issue-type <name>', 'issues of this type'))
    .addOption(many('--issue-priority <name>', 'issues with this priority in Jira'))
    .addOption(many('--request-type <name>', 'requests of this type'))
    .addOption(many('--label <label>', 'issues with this label'))
    .addOption(many('--changed-field <name>', 'changes of this field'))
    .addOption(
      many('--except-actor <account>', 'changes that this account did not make, such as your agent'),
    );

const withSettings = (command: Command): Command =>
  command
    .option('--name <text>', "add, change: its name for people (default: its target's host)")
    .option('--url <address>', 'add, change: where events are sent')
    .option(
      '--url-file <path>',
      'add, change: the same from a file or - for standard input, if it has a token',
    )
    .option(
      '--header-file <path>',
      'add, change: headers to send, a line each (Name: value), from a file or -',
    )
    .addOption(
      new Option('--format <format>', 'add, change: event (ours), or raw, as it came').choices(FORMATS),
    )
    .addOption(new Option('--signature <scheme>', 'add, change: how it is signed').choices(SIGNATURES))
    .addOption(
      new Option('--priority <priority>', 'add, change: what is sent first when some wait').choices([
        ...PRIORITIES,
        'by_issue',
      ]),
    )
    .option('--concurrency <n>', 'add, change: most in flight', wholeNumber(1, 50))
    .option('--rate <n>', 'add, change: most sent a second; empty for no limit')
    .option('--timeout <seconds>', 'add, change: how long an attempt may take', wholeNumber(1, 60))
    .addOption(
      new Option(
        '--retry <times>',
        'add, change: default (30 s, 2 min, 10 min) or standard (5 s to 10 h)',
      ).choices(RETRIES),
    );

const withKeyOptions = (command: Command): Command =>
  command
    .option(
      '--secret-file <path>',
      "add, rotate: sign with the receiver's own key, from a file or - for standard input",
    )
    .addOption(
      new Option('--secret-encoding <encoding>', 'add, rotate: base64 if the key is its bytes').choices(
        SECRET_ENCODINGS,
      ),
    )
    .option(
      '--grace-hours <hours>',
      'rotate: hours for which the old key stays in use; 0 ends it (default: 24)',
      wholeNumber(0, 720),
    )
    .option('--force', 'rotate: even while the previous key is in its grace period, which ends');

const HELP = `
list    lists the subscriptions of the tenant
add     makes one; prints, only once, the key that it signs with. Needs --url or --url-file
show    shows one and its last executions
change  changes settings; what is not named stays, and an empty value takes a condition away
pause   lets what matches wait, until resume
resume  sends again, whatever stopped it: pause, a dead target, a 410
rotate  makes a new key and prints it, only once; the one until now goes on for --grace-hours
test    sends a ping now and shows what the target answers
match   says whether an event would be sent, and which rule says so
remove  takes it away; what waits is cancelled

A condition may be given several times, or as a list with commas (types and priorities of issues, and types of requests, may
have commas in their names: repeat those). Command lines can be read by others on this machine: give a URL with a token as
--url-file. Without --stage and --api this is the running instance (npm start); a target on this machine needs
ALLOW_PRIVATE_TARGETS=true there.`;

export const STEPS = [
  'list',
  'add',
  'show',
  'change',
  'pause',
  'resume',
  'rotate',
  'test',
  'match',
  'remove',
] as const;

export type Step = (typeof STEPS)[number];

const SETTINGS = ['add', 'change'] as const;
const KEYS = ['add', 'rotate'] as const;

export const STEP_RULES: StepRules<Step> = {
  thing: 'subscription',
  named_by: 'its id or its name',
  without: ['list', 'add'],
  // It only reads: without a name it takes the only subscription there is.
  optional: ['show'],
  only_for: {
    name: SETTINGS,
    url: SETTINGS,
    urlFile: SETTINGS,
    headerFile: SETTINGS,
    connection: SETTINGS,
    source: SETTINGS,
    event: SETTINGS,
    project: SETTINGS,
    issueType: SETTINGS,
    issuePriority: SETTINGS,
    requestType: SETTINGS,
    label: SETTINGS,
    changedField: SETTINGS,
    exceptActor: SETTINGS,
    format: SETTINGS,
    signature: SETTINGS,
    priority: SETTINGS,
    concurrency: SETTINGS,
    rate: SETTINGS,
    timeout: SETTINGS,
    retry: SETTINGS,
    secretFile: KEYS,
    secretEncoding: KEYS,
    graceHours: ['rotate'],
    force: ['rotate'],
    reason: ['pause', 'resume'],
    json: ['list', 'show', 'test', 'match'],
  },
};
