import { JiraError, type JiraFault } from '../jira/jira-error.ts';
import type { Bodies, Reads } from '../jira/reads/reads.ts';
import { chunks } from '../platform/chunks.ts';
import { allOf } from './all-of.ts';
import { type How, type Looking, takeIn } from './take-in.ts';

/** Issues per request. */
const GROUP = 100;

/** Issues per request after a failed one: Jira may be able to read a smaller group. */
const SMALL_GROUP = 10;

/** Concurrent requests. */
const AT_ONCE = 4;

/**
 * Reads issues by their ids and stores their current state, until the turn ends. An issue that is missing from a
 * group's answer is read alone; one odd issue does not fail the others.
 * @returns `left`: ids that the turn had no time for; `unread`: ids that Jira could not show
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

/** An issue that is missing from a group may be gone, or the index may not show it: only a read by id can tell. */
const readAndTake = async (
  job: Looking,
  ids: readonly string[],
  how: How,
): Promise<{ alone: string[]; retry: string[] }> => {
  const { looks, missing, retry } = await readGroup(await job.session.reads(), ids);
  return { alone: [...missing, ...(await takeIn(job, looks, how))], retry };
};

/** Faults that a single issue may cause, without Jira as a whole being at fault. */
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

/** @returns false if Jira answers but does not show this issue */
const lookAlone = async (job: Looking, id: string, how: How): Promise<boolean> => {
  const found = await readAlone(await job.session.reads(), id);
  if (found === null) return false;
  if ('gone' in found) job.count({ gone: 1 });
  else await takeIn(job, [found.look], how);
  return true;
};

/**
 * Reads one issue.
 * @returns null if Jira answers but does not show this one
 * @throws JiraError for a fault that a single issue cannot cause
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
