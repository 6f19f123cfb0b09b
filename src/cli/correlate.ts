import type { RunArgs, Summary } from '../correlate/documents/schema.ts';
import { runOnDemand } from '../correlate/run/run-on-demand.ts';
import type { SweepDeps } from '../correlate/run/sweep-events.ts';
import type { Snapshot } from '../domain/issue.ts';
import { isIssueId, isIssueKey, lookupKey } from '../domain/issue-key.ts';
import type { Item, Table } from '../store/calls/table.ts';
import { findIssue } from '../store/issues/find-issue.ts';
import { listVersionMembers } from '../store/issues/issue-index.ts';
import { listIssues, readListed } from '../store/issues/list-issues.ts';
import { CommandError, type ExitCode, newCommand, runCommand, UsageError } from './shared/command.ts';
import { itemDeadline, withStore } from './shared/connection.ts';
import { describeArtifacts, describePlace, type TableFlags, withStoreOptions } from './shared/place.ts';
import { textTable } from './shared/tables.ts';
import { showProgress } from './shared/terminal.ts';

type Options = TableFlags & { project?: string; fixVersion?: string; issue?: string };

const command = withStoreOptions(
  newCommand(
    'correlate',
    'Correlates issues on demand and writes a run document. Leaves latest.json as it is.',
  )
    .option('--project <key>', 'all issues of a project')
    .option('--fix-version <name>', 'all issues with this fix version, in any project')
    .option('--issue <key or id>', 'one issue, by id or by a current or former key'),
);

const toRows = (summary: Summary): string[][] =>
  Object.entries(summary).map(([name, count]) => [name.replaceAll('_', ' '), String(count)]);

const correlate = async (store: SweepDeps, ids: string[], args: RunArgs) => {
  const progress = showProgress('correlating', ids.length);
  try {
    return await runOnDemand(store, ids, args, progress.step);
  } finally {
    progress.stop();
  }
};

const PAGE = 100;
const ANY = { status: null, fix_version: null, deleted: null };

type IdPage<After> = { ids: string[]; last: After | null };

/** What the options select. @throws UsageError unless exactly one of them is given */
const readArgs = (options: { project?: string; fixVersion?: string; issue?: string }): RunArgs => {
  const { project, fixVersion, issue } = options;
  if ([project, fixVersion, issue].filter((given) => given !== undefined).length !== 1)
    throw new UsageError('Choose what to correlate: --project KEY, --fix-version NAME or --issue KEY');
  if (project !== undefined) return { trigger: 'manual', project: lookupKey(project) };
  if (fixVersion !== undefined) return { trigger: 'manual', fix_version: fixVersion };
  return { trigger: 'manual', issue: issue ?? '' };
};

const one = async (table: Table, tenant: string, keyOrId: string): Promise<string[]> => {
  const possible = isIssueId(keyOrId) || isIssueKey(keyOrId);
  const found = possible ? await findIssue({ table, tenant, signal: itemDeadline() }, keyOrId) : null;
  if (!found?.row) throw new CommandError(`Issue ${keyOrId} not found.`);
  if (found.superseded_by !== null)
    throw new CommandError(
      `Issue ${found.issue_id} is superseded by ${found.superseded_by}, which has its key.`,
    );
  return [found.issue_id];
};

/** Ids of the issues of a run on demand. @throws CommandError for an unknown issue */
const findIssues = (table: Table, tenant: string, args: RunArgs): Promise<string[]> => {
  if ('project' in args)
    return isIssueKey(args.project) ? ofProject(table, tenant, args.project) : Promise.resolve([]);
  if ('fix_version' in args) return ofVersion(table, tenant, args.fix_version);
  return 'issue' in args ? one(table, tenant, args.issue) : Promise.resolve([]);
};

const ofProject = (table: Table, tenant: string, project: string): Promise<string[]> =>
  everyPage(async (after: string | null) => {
    const ids: string[] = [];
    const take = ({ issue_id }: Snapshot) => ids.push(issue_id) > 0;
    const last = await listIssues({ table, tenant, signal: itemDeadline() }, project, ANY, {
      limit: PAGE,
      after,
      take,
    });
    return { ids, last };
  });

const everyPage = async <After>(read: (after: After | null) => Promise<IdPage<After>>): Promise<string[]> => {
  const all: string[] = [];
  let after: After | null = null;
  do {
    const page: IdPage<After> = await read(after);
    all.push(...page.ids);
    after = page.last;
  } while (after !== null);
  return all;
};

/** Issues that have the version now: the index also lists those that had it before. */
const ofVersion = (table: Table, tenant: string, version: string): Promise<string[]> =>
  everyPage(async (after: Item | null) => {
    const page = { limit: PAGE, after };
    const { issue_ids, last } = await listVersionMembers(
      { table, tenant, signal: itemDeadline() },
      version,
      page,
    );
    return { ids: await havingVersion(table, tenant, version, issue_ids), last };
  });

const havingVersion = async (table: Table, tenant: string, version: string, ids: string[]) => {
  const having: string[] = [];
  for await (const { snapshot } of readListed({ table, tenant, signal: itemDeadline() }, ids))
    if (snapshot.fix_versions.includes(version)) having.push(snapshot.issue_id);
  return having;
};

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const args = readArgs(options);
  return withStore<ExitCode>(options, async (store, place) => {
    const where = describeArtifacts(place);
    const ids = await findIssues(store.table, store.tenant, args);
    const run = ids.length === 0 ? null : await correlate(store, ids, args);
    if (run === null) {
      console.log(`No matching issue in ${describePlace(place)}: nothing was written.`);
      return 0;
    }
    console.log(textTable(['found', 'count'], toRows(run.document.correlation.summary)));
    console.log(`Written to ${where}: ${run.key}`);
    return 0;
  });
});
