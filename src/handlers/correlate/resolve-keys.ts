import { eachLimit } from '../../platform/each-limit.ts';
import { issuesWithKey } from '../../store/aliases.ts';
import { bestIssue, type FoundIssue } from '../../store/find-issue.ts';
import { snapshotKey } from '../../store/keys.ts';
import { readRows } from '../../store/read-items.ts';
import { rowVersion } from '../../store/snapshot-row.ts';
import { AT_A_TIME, type Scope } from './scope.ts';

/** Known, and not deleted: a commit can belong to it. */
const isLive = ({ row }: FoundIssue): boolean =>
  row !== null && rowVersion(row) !== null && row.deleted !== true;

/** Ids of all issues known to have had each key. */
const issuesByKey = async (scope: Scope, keys: string[]): Promise<Map<string, string[]>> => {
  const { table, tenant, signal } = scope;
  const ids = await eachLimit(keys, AT_A_TIME, (key) => issuesWithKey(table, tenant, key, signal));
  return new Map(keys.map((key, index) => [key, ids[index] ?? []]));
};

/**
 * The issue each key means now, among known, not deleted issues by any key they had. Keys that mean none are
 * left out.
 */
export const resolveKeys = async (scope: Scope, keys: string[]): Promise<Map<string, string>> => {
  const ids = await issuesByKey(scope, keys);
  const all = [...new Set([...ids.values()].flat())];
  const snapshots = all.map((id) => snapshotKey(scope.tenant, id));
  const rows = await readRows(scope.table, snapshots, scope.signal);
  const found = new Map(all.map((id, index) => [id, { issue_id: id, row: rows[index] ?? null }]));
  const resolved = new Map<string, string>();
  for (const [key, having] of ids) {
    const live = having.flatMap((id) => found.get(id) ?? []).filter(isLive);
    const best = bestIssue(live, key);
    if (best) resolved.set(key, best.issue_id);
  }
  return resolved;
};
