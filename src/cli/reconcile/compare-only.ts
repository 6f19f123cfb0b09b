import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { compareSite } from '../../reconcile/compare-site.ts';
import type { ExitCode } from '../shared/command.ts';
import { textTable } from '../shared/tables.ts';
import { goBeside, openDeps } from './open.ts';
import { openBar } from './progress-bar.ts';

type What = { project?: string; updates?: true; census?: true };

/** Says what would be read, and writes nothing. */
export const compareOnly = async (store: SweepDeps, { project, updates }: What): Promise<ExitCode> => {
  await goBeside(store);
  const bar = openBar();
  const deps = { ...openDeps(store), onProgress: bar.show };
  const projects = project === undefined ? deps.projects : [project];
  const { listed, missing, older } = await compareSite({ ...deps, projects }, updates === true).finally(
    bar.stop,
  );
  const rows = [
    ['listed by Jira', listed],
    ['missing here', missing],
    ['older here', older],
  ] as const;
  console.log(
    textTable(
      ['issues', 'count'],
      rows.map(([label, count]) => [label, String(count)]),
    ),
  );
  console.log('Nothing was written.');
  return 0;
};
