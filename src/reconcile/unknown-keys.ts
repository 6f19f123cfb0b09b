import pMap from 'p-map';
import { lookupKey, projectOfKey } from '../domain/issue-key.ts';
import type { RefState } from '../domain/link.ts';
import { chunks } from '../platform/chunks.ts';
import { issuesWithKey } from '../store/issues/issue-index.ts';
import { notAskedFor, putAskedFor } from '../store/reconcile/old-keys.ts';
import { allOf } from './all-of.ts';
import { readAlone } from './look-again.ts';
import { isInScope, knownProjects } from './scope.ts';
import type { Session } from './session.ts';
import { type Looking, takeIn } from './take-in.ts';

/** All keys that the projects in scope have or had. */
export const projectKeys = async (session: Session): Promise<ReadonlySet<string>> => {
  const all = new Set<string>();
  for await (const { keys } of knownProjects(session))
    if (isInScope(keys, session.deps.projects)) for (const key of keys) all.add(lookupKey(key));
  return all;
};

/** Concurrent calls. */
const AT_ONCE = 4;

/**
 * Keys of these projects that commits name, that no issue has, and that Jira was not asked for yet. After a crash also
 * keys that an issue has: the crashed runner may have left their work half done.
 */
export const unknownKeys = async (
  { session, isAgain }: Looking,
  commits: readonly RefState[],
  projects: ReadonlySet<string>,
): Promise<string[]> => {
  const named = new Set(commits.flatMap(keysOf));
  const known = [...named].filter((key) => projects.has(lookupKey(projectOfKey(key) ?? '')));
  const unasked = await notAskedFor(session.place(), known);
  if (isAgain()) return unasked;
  const issues = await pMap(unasked, (key) => issuesWithKey(session.place(), key), { concurrency: AT_ONCE });
  return unasked.filter((_, index) => issues[index]?.length === 0);
};

/** All keys that a commit may mean: `FEATURE_ABC-1` is also read as `ABC-1`. */
const keysOf = (state: RefState): string[] => {
  if (state.kind !== 'commit') return [];
  const requests = Object.values(state.pull_requests);
  const inRequests = requests.flatMap(({ keys, body }) => [...keys, ...(body?.keys ?? [])]);
  const named = [...(state.details?.keys ?? []), ...state.branch_keys, ...inRequests];
  return named.flatMap((key) => key.split('_').map((_, index, parts) => parts.slice(index).join('_')));
};

/** Keys recorded with one write: after a crash these are asked for again. */
const TOGETHER = 5 * AT_ONCE;

/** Asks Jira for issues by key, each once. @returns how many there was time for */
export const askForAll = async (job: Looking, keys: readonly string[]): Promise<number> => {
  let done = 0;
  for (const some of chunks(keys, TOGETHER)) {
    if (job.session.isOver()) break;
    const answered: string[] = [];
    for (const few of chunks(some, AT_ONCE))
      answered.push(...(await allOf(few.map((key) => askFor(job, key)))).flat());
    await putAskedFor(job.session.place(), answered);
    await job.session.renew();
    done += some.length;
  }
  return done;
};

/**
 * Asks Jira for one key. Jira follows moves: the issue may have another key now, and is found by this one from then on.
 * @returns the key; empty if Jira failed to answer, so that it is asked for again later
 */
const askFor = async (job: Looking, key: string): Promise<string[]> => {
  const found = await readAlone(await job.session.reads(), key);
  if (found === null) job.count({ unread: 1 });
  else if ('gone' in found) job.count({ gone: 1 });
  else await takeIn(job, [{ ...found.look, asked_key: key }]);
  return found === null ? [] : [key];
};
