import type { Goal, Section } from '../shared/section.ts';
import { firstLoad } from './first-load.ts';
import { memoryOfLoad } from './memory.ts';
import { unitsOfNew } from './units.ts';
import { updateRun } from './update-run.ts';

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
    ...(await memoryOfLoad(short, owned)),
  ];
};
