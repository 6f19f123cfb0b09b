import type { LoopReport } from '../../reconcile/loop.ts';
import type { Compared, Counter } from '../../store/reconcile/checkpoint.ts';
import { textTable } from '../shared/tables.ts';

/** The counters to print, in this order. */
const ROWS: readonly [Counter, string][] = [
  ['seen', 'seen'],
  ['new', 'new'],
  ['repaired', 'repaired'],
  ['unchanged', 'unchanged'],
  ['only_here', 'only here'],
  ['gone', 'gone meanwhile'],
  ['unread', 'not shown by Jira'],
  ['quarantined', 'quarantined'],
  ['contradictions', 'contradictions'],
  ['requests', 'requests'],
];

/** Why issues could not be stored. Events of `reconcile` are in a list of their own. */
export const WHY_QUARANTINED = 'GET /events?source=reconcile&outcome=quarantined says why.';

/** The counts of this run, summed over all loops; the last lines are missed changes and drift. */
export const describeRun = (loops: readonly LoopReport[], drift: Compared, seconds: number): string => {
  const sum = (name: Counter): number => loops.reduce((all, { turn }) => all + turn[name], 0);
  const rows = ROWS.map(([name, label]) => [label, String(sum(name))]);
  return textTable(
    ['issues', 'count'],
    [
      ...rows,
      ['seconds', seconds.toFixed(1)],
      ['missed', String(sum('missed'))],
      ['drift', describeDrift(drift)],
    ],
  );
};

/** Drift over the last 30 days. */
export const describeDrift = ({ compared, differed }: Compared): string =>
  compared === 0
    ? 'nothing compared yet'
    : `${differed} of ${compared} compared in 30 days (${((100 * differed) / compared).toFixed(2)} %)`;
