import { UnavailableError } from '../../errors/errors.ts';
import { chunks } from '../../platform/chunks.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { readRows } from '../../store/calls/rows.ts';
import type { Item } from '../../store/calls/table.ts';
import { readIssueLinks } from '../../store/links/issue-links-row.ts';
import { lookAtIssue } from './look-at-issue.ts';
import { type BatchDeps, newScope } from './scope.ts';
import { unpackRow } from './unpack-event.ts';

/** Rows are up to 400 kB. */
const ROWS_AT_A_TIME = 25;

const orRethrow = (fault: unknown): void => {
  if (fault instanceof UnavailableError) throw fault;
};

/** The keys that an event gives its issue; none if the event cannot be read. */
const keysOfRow = async (deps: BatchDeps, row: Item): Promise<Iterable<string>> => {
  try {
    const work = await unpackRow(deps, row)(newScope(deps).signal);
    return work.kind === 'issue' ? work.keys : [];
  } catch (fault) {
    orRethrow(fault);
    return [];
  }
};

const keysOfEvents = async (deps: BatchDeps, eventIds: string[]): Promise<string[]> => {
  const keys = new Set<string>();
  for (const some of chunks(eventIds, ROWS_AT_A_TIME)) {
    const rows = await readRows(newScope(deps), some.map(eventKey));
    for (const row of rows) for (const key of row ? await keysOfRow(deps, row) : []) keys.add(key);
  }
  return [...keys];
};

/**
 * Stores every key under which commits may name the issue, before the events that name those keys are erased: some may
 * not have been correlated. An issue whose rows cannot be read can be erased all the same.
 * @throws UnavailableError
 */
export const rememberKeys = async (deps: BatchDeps, issueId: string, eventIds: string[]): Promise<void> => {
  const keys = await keysOfEvents(deps, eventIds);
  await lookAtIssue(newScope(deps), issueId, keys).catch(orRethrow);
};

/**
 * Removes an erased issue from its commits, and from the stories without commits. Writes nothing for an issue that was
 * never correlated.
 * @throws UnavailableError
 */
export const forgetIssue = async (deps: BatchDeps, issueId: string): Promise<void> => {
  const scope = newScope(deps);
  const row = await readIssueLinks(scope.row, scope.tenant, issueId);
  if (row.revision !== null) await lookAtIssue(scope, issueId, []);
};
