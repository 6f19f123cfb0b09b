import { isIssueId, lookupKey } from '../domain/issue-key.ts';
import { issuesWithKey } from './aliases.ts';
import { snapshotKey } from './keys.ts';
import { getItems } from './read-items.ts';
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

const findByKey = async (
  table: Table,
  tenant: string,
  key: string,
  signal: AbortSignal,
): Promise<FoundIssue | null> => {
  const ids = await issuesWithKey(table, tenant, key, signal);
  const rows = await getItems(
    table,
    ids.map((id) => snapshotKey(tenant, id)),
    signal,
  );
  const candidates = ids.map((id) => ({ issue_id: id, row: rows.get(snapshotKey(tenant, id).pk) ?? null }));
  const ranked = candidates.sort((a, b) => compareRanks(rank(a, lookupKey(key)), rank(b, lookupKey(key))));
  return ranked[0] ?? null;
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
