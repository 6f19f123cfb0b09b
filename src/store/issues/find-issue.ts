import { isIssueId, lookupKey } from '../../domain/issue-key.ts';
import { snapshotKey } from '../calls/keys.ts';
import { getItem, type Place } from '../calls/table.ts';
import {
  bestIssue,
  type Claims,
  type FoundIssue,
  keyNow,
  readClaims,
  readFurtherClaims,
  supersededBy,
} from './claims.ts';

/** `superseded_by`: the id of another issue that has its key now, or null. */
export type LookedUp = FoundIssue & { superseded_by: string | null };

const among = (issues: FoundIssue[], key: string, claims: Claims): LookedUp | null => {
  const best = bestIssue(issues, key);
  return best && { ...best, superseded_by: supersededBy(best, claims) };
};

const findByKey = async (place: Place, key: string): Promise<LookedUp | null> => {
  const claims = await readFurtherClaims(place, [key]);
  const all = claims.get(key) ?? [];
  const valid = all.filter((issue) => supersededBy(issue, claims) === null && issue.row !== null);
  return among(valid, key, claims) ?? among(all, key, claims);
};

const findById = async ({ table, tenant, signal }: Place, issue_id: string): Promise<LookedUp> => {
  const found = { issue_id, row: await getItem({ table, signal }, snapshotKey(tenant, issue_id)) };
  const key = keyNow(found);
  const claims = key === null ? new Map() : await readClaims({ table, tenant, signal }, [key]);
  return { ...found, superseded_by: supersededBy(found, claims) };
};

/**
 * The issue with this id (all digits) or key. Every key an issue ever had finds it; the issue that has the
 * key now wins over one that had it. Null when the key is unknown; an unknown id is found without a row.
 */
export const findIssue = (place: Place, keyOrId: string): Promise<LookedUp | null> =>
  isIssueId(keyOrId) ? findById(place, keyOrId) : findByKey(place, lookupKey(keyOrId));
