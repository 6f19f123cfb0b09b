import { type Goal, judge, printTable, type Section } from '../shared/section.ts';
import { firstLoad } from './first-load.ts';
import { startDatabase, startJira, startReader } from './processes.ts';
import { unitsOfNew } from './units.ts';

/**
 * Reconciliation with correlation stopped, `RECONCILE_RATE` raised and a scripted Jira that answers at once. Jira,
 * database and reader are processes of their own; the tables have no stream, because the embedded engine takes the
 * longer for a write the more its stream holds.
 */
export const reconcile: Section = async ({ short }, owned): Promise<Goal[]> => {
  console.log('\n7. Reconciliation: a scripted Jira Cloud that answers at once, correlation stopped');
  return [
    ...(await firstLoad(short, owned)),
    ...(await unitsOfNew(short, owned)),
    ...(await updateRun(short, owned)),
  ];
};

const ISSUES = 1_000;
const ISSUES_SHORT = 50;

/** An update run that finds issues as they are stored. */
const updateRun = async (short: boolean, owned: AsyncDisposableStack): Promise<Goal[]> => {
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
