import { printTable } from '../shared/report.ts';
import { type Goal, judge } from '../shared/section.ts';
import { startDatabase, startJira, startReader } from './processes.ts';

const ISSUES = 1_000;
const ISSUES_SHORT = 50;

/** An update run that finds issues as they are stored. */
export const updateRun = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
  await using own = owned.use(new AsyncDisposableStack());
  const issues = short ? ISSUES_SHORT : ISSUES;
  const jira = await startJira({ issues, description: '' }, own);
  const reader = await startReader(await startDatabase(own), jira, own);
  await reader.work('load');
  const {
    unchanged = 0,
    own: ours = 0,
    others = 0,
    ms = 0,
    cpu_ms = 0,
    requests = 0,
  } = await reader.work('update');
  if (unchanged !== issues) throw new Error(`Of ${issues} issues ${unchanged} were found unchanged`);
  printTable(
    `   An update run over ${issues} unchanged issues`,
    ['writes: lease and checkpoint', 'other writes', 'requests to Jira', 'ms', 'CPU ms'],
    [[String(ours), String(others), String(requests), ms.toFixed(0), cpu_ms.toFixed(0)]],
  );
  return [judge('writes for unchanged issues', others, '<=', 0)];
};
