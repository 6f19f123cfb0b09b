import { runOnDemand } from '../correlate/run/run-on-demand.ts';
import type { SweepDeps } from '../correlate/run/sweep-events.ts';
import type { RunArgs, Summary } from '../domain/run-document.ts';
import { findIssues, readArgs } from './correlate/find-issues.ts';
import { type ExitCode, newCommand, runCommand } from './shared/command.ts';
import { withStore } from './shared/connection.ts';
import { describeArtifacts, describePlace, type TableFlags } from './shared/place.ts';
import { showProgress } from './shared/progress.ts';
import { withTableOptions } from './shared/table-options.ts';
import { textTable } from './shared/text-table.ts';

type Options = TableFlags & { project?: string; fixVersion?: string; issue?: string };

const command = withTableOptions(
  newCommand('correlate', 'Writes a run document of what is asked for; the latest one stays as it is.')
    .option('--project <key>', 'all issues of a project')
    .option('--fix-version <name>', 'all issues with this fix version, of any project')
    .option('--issue <key or id>', 'one issue, by its id or any key it had'),
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

await runCommand(command, async () => {
  const options = command.opts<Options>();
  const args = readArgs(options);
  return withStore<ExitCode>(options, async (store, place) => {
    const where = describeArtifacts(place);
    const ids = await findIssues(store.table, store.tenant, args);
    const run = ids.length === 0 ? null : await correlate(store, ids, args);
    if (run === null) {
      console.log(`No such issue in ${describePlace(place)}: nothing was written.`);
      return 0;
    }
    console.log(textTable(['found', 'count'], toRows(run.document.correlation.summary)));
    console.log(`Written to ${where}: ${run.key}`);
    return 0;
  });
});
