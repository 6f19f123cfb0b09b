import { isIssueId, lookupKey } from '../domain/issue-key.ts';
import {
  bestIssue,
  type Claims,
  type FoundIssue,
  keyNow,
  readClaims,
  readFurtherClaims,
  supersededBy,
} from './claims.ts';
import { snapshotKey } from './keys.ts';
import { getItem, type Table } from './table-client.ts';

/** `superseded_by`: the id of another issue that has its key now, or null. */
export type LookedUp = FoundIssue & { superseded_by: string | null };

const among = (issues: FoundIssue[], key: string, claims: Claims): LookedUp | null => {
  const best = bestIssue(issues, key);
  return best && { ...best, superseded_by: supersededBy(best, claims) };
};

const findByKey = async (
  table: Table,
  tenant: string,
  key: string,
  signal: AbortSignal,
): Promise<LookedUp | null> => {
  const claims = await readFurtherClaims(table, tenant, [key], signal);
  const all = claims.get(key) ?? [];
  const valid = all.filter((issue) => supersededBy(issue, claims) === null && issue.row !== null);
  return among(valid, key, claims) ?? among(all, key, claims);
};

const findById = async (
  table: Table,
  tenant: string,
  issue_id: string,
  signal: AbortSignal,
): Promise<LookedUp> => {
  const found = { issue_id, row: await getItem(table, snapshotKey(tenant, issue_id), signal) };
  const key = keyNow(found);
  const claims = key === null ? new Map() : await readClaims(table, tenant, [key], signal);
  return { ...found, superseded_by: supersededBy(found, claims) };
};

/**
 * The issue with this id (all digits) or key. Every key an issue ever had finds it; the issue that has the
 * key now wins over one that had it. Null when the key is unknown; an unknown id is found without a row.
 */
export const findIssue = (
  table: Table,
  tenant: string,
  keyOrId: string,
  signal: AbortSignal,
): Promise<LookedUp | null> =>
  isIssueId(keyOrId)
    ? findById(table, tenant, keyOrId, signal)
    : findByKey(table, tenant, lookupKey(keyOrId), signal);
