import {
  bestIssue,
  type FoundIssue,
  readFurtherClaims,
  supersededBy,
} from '../../store/issues/find-issue.ts';
import { rowVersion } from '../../store/issues/snapshot-row.ts';
import type { Scope } from './scope.ts';

/** Known, and not deleted: a commit can belong to it. */
const isLive = ({ row }: FoundIssue): boolean =>
  row !== null && rowVersion(row) !== null && row.deleted !== true;

/**
 * The issue each key means now, among known issues, neither deleted nor superseded, by any key they had. Keys that
 * mean none are left out.
 */
export const resolveKeys = async (scope: Scope, keys: string[]): Promise<Map<string, string>> => {
  const claims = await readFurtherClaims(scope, keys);
  const resolved = new Map<string, string>();
  for (const key of keys) {
    const live = (claims.get(key) ?? []).filter(isLive);
    const best = bestIssue(
      live.filter((issue) => supersededBy(issue, claims) === null),
      key,
    );
    if (best) resolved.set(key, best.issue_id);
  }
  return resolved;
};
