import { isIssueId, lookupKey } from '../domain/issue-key.ts';
import { issuesWithKey } from './aliases.ts';
import { snapshotKey } from './keys.ts';
import { readRows } from './read-items.ts';
import { rowVersion } from './snapshot-row.ts';
import { getItem, type Item, type Table } from './table-client.ts';

/** An issue somebody asked for; `row` is null when only events of it are known. */
export type FoundIssue = { issue_id: string; row: Item | null };

const rowHasKey = (row: Item, key: string): boolean =>
  typeof row.issue_key === 'string' && lookupKey(row.issue_key) === key;

/** Larger wins: has the key now, is there at all, is not deleted, is the newest. */
const rank = (candidate: FoundIssue, key: string): number[] => [
  candidate.row && rowHasKey(candidate.row, key) ? 1 : 0,
  candidate.row ? 1 : 0,
  candidate.row?.deleted === true ? 0 : 1,
  (candidate.row && rowVersion(candidate.row)?.updated_ms) ?? 0,
  Number(candidate.issue_id),
];

const compareRanks = (a: number[], b: number[]): number => {
  const differing = a.findIndex((part, index) => part !== b[index]);
  return differing === -1 ? 0 : (b[differing] ?? 0) - (a[differing] ?? 0);
};

/**
 * Of issues that all have or had the key, the one it means: the issue that has it now, else a known one, one
 * that is not deleted, the newest. Null for none.
 */
export const bestIssue = (candidates: FoundIssue[], key: string): FoundIssue | null => {
  const wanted = lookupKey(key);
  return candidates.toSorted((a, b) => compareRanks(rank(a, wanted), rank(b, wanted)))[0] ?? null;
};

const findByKey = async (
  table: Table,
  tenant: string,
  key: string,
  signal: AbortSignal,
): Promise<FoundIssue | null> => {
  const ids = await issuesWithKey(table, tenant, key, signal);
  const rows = await readRows(
    table,
    ids.map((id) => snapshotKey(tenant, id)),
    signal,
  );
  return bestIssue(
    ids.map((id, index) => ({ issue_id: id, row: rows[index] ?? null })),
    key,
  );
};

/**
 * The issue with this id (all digits) or key. Every key an issue ever had finds it; the issue that has the
 * key now wins over one that had it. Null when the key is unknown; an unknown id is found without a row.
 */
export const findIssue = async (
  table: Table,
  tenant: string,
  keyOrId: string,
  signal: AbortSignal,
): Promise<FoundIssue | null> => {
  if (!isIssueId(keyOrId)) return findByKey(table, tenant, keyOrId, signal);
  return { issue_id: keyOrId, row: await getItem(table, snapshotKey(tenant, keyOrId), signal) };
};
