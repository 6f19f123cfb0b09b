import { snapshotKey } from '../../store/calls/keys.ts';
import { readRowsOf } from '../../store/calls/rows.ts';
import type { Item } from '../../store/calls/table.ts';
import {
  bestIssue,
  type Claims,
  type FoundIssue,
  keyNow,
  readClaims,
  readFurtherClaims,
  supersededBy,
} from '../../store/issues/find-issue.ts';
import { rowVersion } from '../../store/issues/snapshot-row.ts';
import { isSuperseded, readIssueLinks } from '../../store/links/issue-links-row.ts';
import { keysOfRows } from '../known/linked-refs.ts';
import type { Scope } from './scope.ts';

/**
 * The issue that each key means now: of the issues that have or had it, one that is known and neither deleted nor
 * superseded. Keys that mean none are left out.
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

/** Known, and not deleted: a commit can belong to it. */
const isLive = ({ row }: FoundIssue): boolean =>
  row !== null && rowVersion(row) !== null && row.deleted !== true;

/** `superseded`: another issue has its key. `isContested`: others have or had it, so their rows may change that. */
export type Claim = { superseded: boolean; isContested: boolean };

/**
 * An issue's claim to its current key.
 * @param claims of that key; the issue itself may be among them
 */
export const claimOf = (issue: FoundIssue, claims: Claims): Claim => {
  const others = (claims.get(keyNow(issue) ?? '') ?? []).filter(
    ({ issue_id }) => issue_id !== issue.issue_id,
  );
  return { superseded: supersededBy(issue, claims) !== null, isContested: others.length > 0 };
};

export const readClaim = async (
  { table, tenant, signal }: Scope,
  issue_id: string,
  row: Item | null,
): Promise<Claim> => {
  const issue = { issue_id, row };
  const key = keyNow(issue);
  return claimOf(issue, key === null ? new Map() : await readClaims({ table, tenant, signal }, [key]));
};

/** By key, the issue itself and all others that have or had it, with their rows. */
export const claimsOf = async (
  { table, tenant, signal }: Scope,
  own: FoundIssue,
  looks: { key: string; others: string[] }[],
): Promise<Claims> => {
  const ids = [...new Set(looks.flatMap(({ others }) => others))];
  const rows = new Map(await readRowsOf({ table, signal }, ids, (id) => snapshotKey(tenant, id)));
  const found = (issue_id: string): FoundIssue => ({ issue_id, row: rows.get(issue_id) ?? null });
  return new Map(looks.map(({ key, others }) => [key, [own, ...others.map(found)]]));
};

/** The other issues that have one of these keys now: whether they are superseded may depend on this one. */
export const rivalsOf = (issueId: string, keys: string[], claims: Claims): FoundIssue[] => {
  const all = new Map([...claims.values()].flat().map((issue) => [issue.issue_id, issue]));
  all.delete(issueId);
  return [...all.values()].filter((issue) => keys.includes(keyNow(issue) ?? ''));
};

/**
 * False for a rival that has become superseded, or stopped being so, since it was settled, and for one that has other
 * keys too, because their commits change with it. A rival that was never settled waits for its own events.
 */
export const isSettled = async (
  scope: Scope,
  rival: FoundIssue,
  settledKeys: string[],
  claims: Claims,
): Promise<boolean> => {
  const row = await readIssueLinks(scope.row, scope.tenant, rival.issue_id);
  if (row.settled === null) return true;
  const keys = keysOfRows(row, rival.row, []);
  const superseded = supersededBy(rival, claims) !== null;
  return isSuperseded(row) === superseded && keys.every((key) => settledKeys.includes(key));
};
