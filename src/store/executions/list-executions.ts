import type { Execution, ExecutionStatus } from '../../domain/execution.ts';
import { readRowsOf } from '../calls/rows.ts';
import type { Item, Place } from '../calls/table.ts';
import { listParts } from '../events/day.ts';
import {
  type After,
  type IssueEntry,
  type IssueNames,
  type IssueRows,
  listOfIssue,
} from '../events/issue-events.ts';
import {
  executionDayPartitions,
  executionKey,
  issueExecutionsPartition,
  namedKeyExecutionsPartition,
} from './execution-keys.ts';
import { executionIdOfEntry } from './execution-row.ts';
import { ownAndAlive } from './executions.ts';

type DayQuery = {
  /** Phoenix day on which they were created, `2026-11-22`. */
  day: string;
  /** Null for all. */
  status: ExecutionStatus | null;
  subscription_id: string | null;
  /** Only those before this run id; null for the newest. */
  before: string | null;
  limit: number;
};

/**
 * One page of the executions that were created on a day, newest first. The index selects them, but they are read from
 * their rows, so one whose status has changed since is left out if a status was asked for.
 * @returns `next`: the run id before which to continue, null on the last page; a page may be empty
 * @throws UnreadableRowError, UnavailableError
 */
export const listExecutionsOfDay = async (
  place: Place,
  { day, status, subscription_id, before, limit }: DayQuery,
  nowMs: number,
): Promise<{ executions: Execution[]; next: string | null }> => {
  const partitions = executionDayPartitions(place.tenant, day);
  const query = { partitions, filter: { status, subscription_id }, before, limit };
  const { items, next } = await listParts(place, query);
  const found = await executionsAt(place, items, nowMs);
  const executions = found.flatMap(([, execution]) => execution ?? []);
  return { executions: executions.filter((one) => status === null || one.status === status), next };
};

/**
 * One page of the executions of an issue's events, newest first: those of its id, and those of events that only named
 * one of its keys.
 * @returns index entries with their executions, null for expired ones; `more`: whether others follow
 * @throws UnreadableRowError, UnavailableError
 */
export const listExecutionsOfIssue = async (
  place: Place,
  names: IssueNames,
  page: { limit: number; after: After },
  nowMs: number,
): Promise<{ entries: (IssueEntry & { execution: Execution | null })[]; more: boolean }> => {
  const { entries, more } = await listOfIssue(place, EXECUTIONS, names, page);
  const found = await executionsAt(
    place,
    entries.map(({ entry }) => entry),
    nowMs,
  );
  return {
    entries: entries.map((entry, index) => ({ ...entry, execution: found[index]?.[1] ?? null })),
    more,
  };
};

/** How executions are listed in `by_issue`. */
export const EXECUTIONS: IssueRows = {
  ofId: issueExecutionsPartition,
  ofKey: namedKeyExecutionsPartition,
  keyOf: executionKey,
  idOf: executionIdOfEntry,
};

const executionsAt = async (
  { table, tenant, signal }: Place,
  entries: Item[],
  nowMs: number,
): Promise<[Item, Execution | null][]> => {
  const rows = await readRowsOf({ table, signal }, entries, (entry) =>
    executionKey(executionIdOfEntry(entry)),
  );
  return rows.map(([entry, row]) => [entry, row && ownAndAlive(row, tenant, nowMs)]);
};
