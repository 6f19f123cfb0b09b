import { Argument } from 'commander';
import { isIssueId, isIssueKey } from '../domain/issue-key.ts';
import { HOME } from '../wiring/open.ts';
import { tableOf } from './jira-webhook/job.ts';
import { compareOnly, lookAtOne } from './reconcile/beside.ts';
import { checkProject } from './reconcile/open.ts';
import { reconcileNow } from './reconcile/reconcile-now.ts';
import { showStatus } from './reconcile/show-status.ts';
import { type ExitCode, newCommand, runCommand, UsageError } from './shared/command.ts';
import { withStore } from './shared/connection.ts';
import { OUTPUTS_FILE, outputsOf } from './shared/outputs.ts';
import { describeArtifacts, type TableFlags, withStoreOptions } from './shared/place.ts';

type Options = TableFlags & {
  project?: string;
  updates?: true;
  census?: true;
  issue?: string;
  dryRun?: true;
  status?: true;
  stage?: string;
  outputs?: string;
};

const command = withStoreOptions(
  newCommand('reconcile', 'Reads from Jira what webhooks did not bring, now.')
    .addArgument(new Argument('[status]', 'the same as --status').choices(['status']))
    .option('--project <key>', 'one project, including issues whose row is older than Jira')
    .option('--updates', 'only issues updated since the last complete run')
    .option('--census', 'only the comparison of all ids; for a new table, the first load')
    .option('--issue <key or id>', 'one issue')
    .option('--dry-run', 'print what would be read, and write nothing')
    .option('--status', 'progress, and issues that only the table has or that contradict Jira')
    .option('--stage <stage>', 'the table of this deployment, with your credentials')
    .option(
      '--outputs <file>',
      `its outputs, as cdk deploy --outputs-file writes them (default: ${OUTPUTS_FILE})`,
    )
    .addHelpText(
      'after',
      `
Set JIRA_SITE_URL, JIRA_API_TOKEN and (Jira Cloud) JIRA_API_USER. RECONCILE_PROJECTS limits it to some projects,
RECONCILE_RATE is the most requests it sends a second. Nothing is ever changed in Jira.

Interrupt it at any time: it stops after its page, and continues from there when started again. It waits while npm start
or the schedule on AWS is at work, because only one runner may be. Issues that only the table has are counted and left alone.`,
    ),
);

const ALONE = ['project', 'updates', 'census', 'issue', 'status'] as const;

/** @throws UsageError when the options do not go together */
const readOptions = (): Options => {
  const options = command.opts<Options>();
  if (command.args.length > 0) options.status = true;
  const given = ALONE.filter((name) => options[name] !== undefined);
  if (given.length > 1)
    throw new UsageError(`Give only one of ${given.map((name) => `--${name}`).join(', ')}`);
  const { issue, project } = options;
  if (issue !== undefined && !isIssueId(issue) && !isIssueKey(issue))
    throw new UsageError(`${issue} is neither an issue id nor a key`);
  if (project !== undefined && !isIssueKey(project))
    throw new UsageError(`${project} is no key of a project`);
  if ((options.tenant ?? HOME) !== HOME && !options.status)
    throw new UsageError(
      `Only ${HOME} is reconciled, whose site JIRA_SITE_URL is: --tenant goes with status only`,
    );
  if (options.dryRun && (issue !== undefined || options.status))
    throw new UsageError('--dry-run goes with neither --issue nor --status');
  return options;
};

await runCommand(command, async () => {
  const options = readOptions();
  const outputs = outputsOf(options);
  const bucket = outputs.ArtifactsBucket;
  const { tenant } = options;
  const flags = {
    ...tableOf(options, outputs),
    ...(bucket === undefined ? {} : { bucket }),
    ...(tenant === undefined ? {} : { tenant }),
  };
  return withStore<ExitCode>(flags, async (store, place) => {
    if (options.status) return showStatus(store, place);
    if (options.project !== undefined) await checkProject(store, options.project);
    if (options.dryRun) return compareOnly(store, options);
    // Fails early if the artifact store is unknown: an issue may be too large for an item.
    describeArtifacts(place);
    return options.issue === undefined ? reconcileNow(store, options) : lookAtOne(store, options.issue);
  });
});
