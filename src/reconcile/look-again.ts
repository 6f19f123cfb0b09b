import { JiraError, type JiraFault } from '../jira/jira-error.ts';
import type { Bodies, Reads } from '../jira/reads/reads.ts';
import { chunks } from '../platform/chunks.ts';
import { allOf } from './all-of.ts';
import { type How, type Looking, takeIn } from './take-in.ts';

/** As many as one request asks for. */
const GROUP = 100;

/** What Jira could not read in a group it may read in a smaller one. */
const SMALL_GROUP = 10;

/** As many requests as may be under way at once. */
const AT_ONCE = 4;

/**
 * Reads issues by their ids and takes in what they are now, as long as the turn lasts. What a group does not tell is
 * read alone; one odd issue fails nothing.
 * @returns `left`: those that the turn had no time for; `unread`: those that Jira could not show
 */
export const lookAgain = async (
  job: Looking,
  ids: readonly string[],
  how: How = {},
): Promise<{ left: string[]; unread: string[] }> => {
  const unread: string[] = [];
  const groups = chunks(ids, GROUP);
  for (const [index, some] of chunks(groups, AT_ONCE).entries()) {
    if (job.session.isOver()) return { left: groups.slice(index * AT_ONCE).flat(), unread };
    const parts = await allOf(some.map((group) => lookAtGroup(job, group, how)));
    unread.push(...parts.flat());
    job.tell();
    await job.session.renew();
  }
  job.count({ unread: unread.length });
  return { left: [], unread };
};

const lookAtGroup = async (job: Looking, ids: readonly string[], how: How): Promise<string[]> => {
  const first = await readAndTake(job, ids, how);
  const alone = [...first.alone];
  for (const some of chunks(first.retry, SMALL_GROUP)) {
    const { alone: more, retry } = await readAndTake(job, some, how);
    alone.push(...more, ...retry);
  }
  const unread: string[] = [];
  for (const id of alone) if (!(await lookAlone(job, id, how))) unread.push(id);
  return unread;
};

/** What is missing from a group may be gone, or the index may not show it: only a read by id knows. */
const readAndTake = async (
  job: Looking,
  ids: readonly string[],
  how: How,
): Promise<{ alone: string[]; retry: string[] }> => {
  const { looks, missing, retry } = await readGroup(await job.session.reads(), ids);
  return { alone: [...missing, ...(await takeIn(job, looks, how))], retry };
};

/** What may be the fault of one issue, and need not be Jira's. */
const ODD: readonly JiraFault[] = ['failing', 'refused', 'unknown_shape', 'too_large'];

const isOdd = (fault: unknown): boolean => fault instanceof JiraError && ODD.includes(fault.fault);

const readGroup = async (reads: Reads, ids: readonly string[]): Promise<Bodies> => {
  try {
    return await reads.readBodies(ids);
  } catch (fault) {
    if (!isOdd(fault)) throw fault;
    await reads.now();
    return { looks: [], missing: [], retry: [...ids] };
  }
};

/** @returns false when Jira answers, but does not show this issue */
const lookAlone = async (job: Looking, id: string, how: How): Promise<boolean> => {
  const found = await readAlone(await job.session.reads(), id);
  if (found === null) return false;
  if ('gone' in found) job.count({ gone: 1 });
  else await takeIn(job, [found.look], how);
  return true;
};

/**
 * Reads one issue.
 * @returns null when Jira answers, but does not show this one
 * @throws JiraError for what is not the fault of one issue
 */
export const readAlone = async (
  reads: Reads,
  idOrKey: string,
): Promise<Awaited<ReturnType<Reads['readIssue']>> | null> => {
  try {
    return await reads.readIssue(idOrKey);
  } catch (fault) {
    if (!isOdd(fault)) throw fault;
    await reads.now();
    return null;
  }
};
