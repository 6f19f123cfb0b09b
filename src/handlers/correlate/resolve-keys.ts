import pMap from 'p-map';
import { issuesWithKey } from '../../store/aliases.ts';
import { bestIssue, type FoundIssue } from '../../store/find-issue.ts';
import { snapshotKey } from '../../store/keys.ts';
import { readRowsOf } from '../../store/read-items.ts';
import { rowVersion } from '../../store/snapshot-row.ts';
import { AT_A_TIME, type Scope } from './scope.ts';

/** Known, and not deleted: a commit can belong to it. */
const isLive = ({ row }: FoundIssue): boolean =>
  row !== null && rowVersion(row) !== null && row.deleted !== true;

/** Ids of all issues known to have had each key. */
const issuesByKey = async (scope: Scope, keys: string[]): Promise<Map<string, string[]>> => {
  const { table, tenant, signal } = scope;
  const having = async (key: string) => [key, await issuesWithKey(table, tenant, key, signal)] as const;
  return new Map(await pMap(keys, having, { concurrency: AT_A_TIME }));
};

/**
 * The issue each key means now, among known, not deleted issues by any key they had. Keys that mean none are
 * left out.
 */
export const resolveKeys = async (scope: Scope, keys: string[]): Promise<Map<string, string>> => {
  const ids = await issuesByKey(scope, keys);
  const all = [...new Set([...ids.values()].flat())];
  const rows = await readRowsOf(scope.table, all, (id) => snapshotKey(scope.tenant, id), scope.signal);
  const found = new Map(rows.map(([id, row]) => [id, { issue_id: id, row }]));
  const resolved = new Map<string, string>();
  for (const [key, having] of ids) {
    const live = having.flatMap((id) => found.get(id) ?? []).filter(isLive);
    const best = bestIssue(live, key);
    if (best) resolved.set(key, best.issue_id);
  }
  return resolved;
};
