import { chunks } from '../../platform/chunks.ts';
import { JiraError } from '../jira-error.ts';
import { BODIES_AT_A_TIME } from './common.ts';
import type { Bodies } from './reads.ts';

const NONE: Bodies = { looks: [], missing: [], retry: [] };

const add = (some: Bodies, more: Bodies): Bodies => ({
  looks: [...some.looks, ...more.looks],
  missing: [...some.missing, ...more.missing],
  retry: [...some.retry, ...more.retry],
});

type ReadGroup = (ids: readonly string[]) => Promise<Bodies>;

/** Bodies of any number of issues, group by group; a group whose answer is too large in halves. */
export const readGroups = async (ids: readonly string[], readGroup: ReadGroup): Promise<Bodies> => {
  let bodies = NONE;
  for (const group of chunks(ids, BODIES_AT_A_TIME)) bodies = add(bodies, await readHalves(group, readGroup));
  return bodies;
};

const readHalves = async (ids: readonly string[], readGroup: ReadGroup): Promise<Bodies> => {
  try {
    return await readGroup(ids);
  } catch (fault) {
    if (!(fault instanceof JiraError && fault.fault === 'too_large')) throw fault;
  }
  if (ids.length === 1) return { ...NONE, retry: [...ids] };
  const half = Math.ceil(ids.length / 2);
  const first = await readHalves(ids.slice(0, half), readGroup);
  return add(first, await readHalves(ids.slice(half), readGroup));
};
