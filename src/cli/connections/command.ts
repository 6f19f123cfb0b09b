import { Argument, type Command, Option } from 'commander';
import { CONNECTION_AUTHS, SECRET_ENCODINGS } from '../../domain/connection.ts';
import { CONNECTION_KINDS } from '../../domain/source.ts';
import { INSTANCE_FILE } from '../../local/instance.ts';
import { newCommand, wholeNumber } from '../shared/command.ts';
import { OUTPUTS_FILE } from '../shared/outputs.ts';
import type { StepRules } from '../shared/steps.ts';

/** The command line of `npm run connections`: `checkUsage` says which option is for which step. */
export const connectionsCommand = (): Command =>
  newCommand('connections', 'Manages who may deliver, and for which tenant.')
    .addArgument(new Argument('<step>', 'what to do').choices(STEPS))
    .argument('[connection]', 'its id, or its name; show, template: without it the only one there is')
    .option('--tenant <tenant>', 'tenant whose connections they are (default: default)')
    .option('--stage <stage>', 'use the deployment of this stage, signed with your AWS credentials')
    .option(
      '--outputs <file>',
      `outputs of the deployment, from cdk deploy --outputs-file (default: ${OUTPUTS_FILE})`,
    )
    .option('--url <address>', 'address of the API; replaces the output ApiUrl')
    .option('--profile <name>', 'AWS profile, as AWS_PROFILE')
    .option('--secret-id <id>', 'init, new-master: ARN or name of the secret; replaces SecretArn')
    .option('--instance-file <path>', 'record of the running instance', INSTANCE_FILE)
    .addOption(new Option('--kind <kind>', 'add: who sends').choices(CONNECTION_KINDS))
    .addOption(
      new Option(
        '--auth <how>',
        'add: how a delivery proves itself (default: signature; header for automation and gitlab)',
      ).choices(CONNECTION_AUTHS),
    )
    .option('--draft', 'add: refuse deliveries until activate')
    .option('--name <text>', 'add, change: its name for people')
    .option(
      '--site <url>',
      "add, change: the tenant's Jira site, needed for its first connection of jira or automation",
    )
    .option('--site-hosts <hosts>', 'add, change: more host names of that site')
    .option('--projects <keys>', 'add, change: accept only these projects')
    .option('--header-name <name>', 'add, change: header that holds the secret, for --auth header')
    .option('--allowed-cidrs <blocks>', 'add, change: accept only these addresses (npm run atlassian-ranges)')
    .option('--user-agent-prefix <text>', 'add, change: accept only user agents with this prefix')
    .option('--rate <n>', 'add, change: deliveries a minute; more are refused and may be lost')
    .option('--default-event-type <name>', 'add, change: name of events whose body names none')
    .addOption(
      new Option(
        '--secret-encoding <encoding>',
        'add, rotate: for --auth signature, base64 if the key is its bytes',
      ).choices(SECRET_ENCODINGS),
    )
    .option(
      '--secret-file <path>',
      "add, rotate: use the sender's own key, from a file or - for standard input",
    )
    .option(
      '--grace-hours <hours>',
      'rotate: hours for which the old secret still verifies; 0 ends it (default: 24)',
      wholeNumber(0, 720),
    )
    .option('--force', 'rotate: even while the previous secret is in its grace period, which ends')
    .option('--reason <text>', 'activate, disable: why; kept with the change')
    .option('--json', 'list, show: print JSON')
    .option('--yes', 'do not ask for confirmation')
    .addHelpText(
      'after',
      `
init        creates the first master, from which secrets are derived (npm start does so by itself)
new-master  creates another; secrets in use keep working
list        lists the connections of the tenant
add         creates one; prints its URL and, only once, its secret. Needs --kind and --name
show        shows one and its last deliveries
template    prints what to paste into the sender
change      changes settings; lists are separated by commas, an empty value removes a setting
rotate      creates a new secret and prints it, only once; the old one verifies for --grace-hours more
activate, disable   accepts its deliveries, or refuses them
remove      removes it; its events stay

Without --stage and --url this is the running instance (npm start).`,
    );

export const STEPS = [
  'init',
  'new-master',
  'list',
  'add',
  'show',
  'template',
  'change',
  'rotate',
  'activate',
  'disable',
  'remove',
] as const;

export type Step = (typeof STEPS)[number];

const SETTINGS = ['add', 'change'] as const;

export const STEP_RULES: StepRules<Step> = {
  thing: 'connection',
  named_by: 'its id or its name',
  without: ['init', 'new-master', 'list', 'add'],
  // These only read: without a name they take the only connection there is.
  optional: ['show', 'template'],
  only_for: {
    kind: ['add'],
    auth: ['add'],
    draft: ['add'],
    name: SETTINGS,
    site: SETTINGS,
    siteHosts: SETTINGS,
    projects: SETTINGS,
    headerName: SETTINGS,
    allowedCidrs: SETTINGS,
    userAgentPrefix: SETTINGS,
    rate: SETTINGS,
    defaultEventType: SETTINGS,
    secretEncoding: ['add', 'rotate'],
    secretFile: ['add', 'rotate'],
    graceHours: ['rotate'],
    force: ['rotate'],
    reason: ['activate', 'disable'],
    json: ['list', 'show'],
    secretId: ['init', 'new-master'],
  },
};
