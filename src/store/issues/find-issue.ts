import pMap from 'p-map';
import { isNewer } from '../../domain/issue.ts';
import { isIssueId, lookupKey } from '../../domain/issue-key.ts';
import { projectSort, snapshotKey } from '../calls/keys.ts';
import { readRowsOf } from '../calls/rows.ts';
import { getItem, type Item, type Place } from '../calls/table.ts';
import { issuesWithKey } from './issue-index.ts';
import { rowVersion } from './snapshot-row.ts';

/** An issue that was asked for; `row` is null when only events of it are known. */
export type FoundIssue = { issue_id: string; row: Item | null };

/** By key, as `lookupKey` returns it: all issues known to have had it. */
export type Claims = ReadonlyMap<string, FoundIssue[]>;

/** `superseded_by`: the id of another issue that has its key now, or null. */
export type LookedUp = FoundIssue & { superseded_by: string | null };

/**
 * The issue with this id (all digits) or key. Every key that an issue ever had finds it; an issue that has the key now
 * is preferred to one that had it. Null for an unknown key; an unknown id is returned without a row.
 */
export const findIssue = (place: Place, keyOrId: string): Promise<LookedUp | null> =>
  isIssueId(keyOrId) ? findById(place, keyOrId) : findByKey(place, lookupKey(keyOrId));

const findByKey = async (place: Place, key: string): Promise<LookedUp | null> => {
  const claims = await readFurtherClaims(place, [key]);
  const all = claims.get(key) ?? [];
  const valid = all.filter((issue) => supersededBy(issue, claims) === null && issue.row !== null);
  return among(valid, key, claims) ?? among(all, key, claims);
};

const among = (issues: FoundIssue[], key: string, claims: Claims): LookedUp | null => {
  const best = bestIssue(issues, key);
  return best && { ...best, superseded_by: supersededBy(best, claims) };
};

const findById = async ({ table, tenant, signal }: Place, issue_id: string): Promise<LookedUp> => {
  const found = { issue_id, row: await getItem({ table, signal }, snapshotKey(tenant, issue_id)) };
  const key = keyNow(found);
  const claims = key === null ? new Map() : await readClaims({ table, tenant, signal }, [key]);
  return { ...found, superseded_by: supersededBy(found, claims) };
};

const AT_A_TIME = 16;

/** All issues known to have had each key, with their current rows. @param keys as `lookupKey` returns them */
export const readClaims = async ({ table, tenant, signal }: Place, keys: string[]): Promise<Claims> => {
  const having = async (key: string) => [key, await issuesWithKey({ table, tenant, signal }, key)] as const;
  const ids = await pMap(keys, having, { concurrency: AT_A_TIME });
  const all = [...new Set(ids.flatMap(([, some]) => some))];
  const rows = new Map(await readRowsOf({ table, signal }, all, (id) => snapshotKey(tenant, id)));
  return new Map(
    ids.map(([key, some]) => [key, some.map((issue_id) => ({ issue_id, row: rows.get(issue_id) ?? null }))]),
  );
};

/**
 * As `readClaims`. For a key that no existing, not deleted issue has now, it adds the claims of the current keys of the
 * issues that had it: one that is superseded under its current key must not count here.
 */
export const readFurtherClaims = async (place: Place, keys: string[]): Promise<Claims> => {
  const claims = await readClaims(place, keys);
  const undecided = [...claims].flatMap(([key, issues]) => (isDecided(key, issues) ? [] : issues));
  const further = new Set(undecided.flatMap((issue) => keyNow(issue) ?? []));
  const unread = [...further].filter((key) => !claims.has(key));
  if (unread.length === 0) return claims;
  return new Map([...claims, ...(await readClaims(place, unread))]);
};

const isDecided = (key: string, issues: FoundIssue[]): boolean => {
  const best = bestIssue(issues, key);
  return best === null || (keyNow(best) === key && best.row?.deleted !== true);
};

/**
 * Of issues that all have or had the key, the one it means: the issue that has it now, else in this order one that is
 * known, one that is not deleted, the newest. Null for none.
 */
export const bestIssue = (candidates: FoundIssue[], key: string): FoundIssue | null => {
  const wanted = lookupKey(key);
  return candidates.toSorted((a, b) => compare(a, b, wanted))[0] ?? null;
};

/** Negative when `a` is preferred. Of several that have the key now, the newest counts, even if it is deleted. */
const compare = (a: FoundIssue, b: FoundIssue, key: string): number => {
  const first = (is: (issue: FoundIssue) => boolean): number => Number(is(b)) - Number(is(a));
  const hasKey = (issue: FoundIssue): boolean => keyNow(issue) === key;
  const updated = ({ row }: FoundIssue): number => (row && rowVersion(row)?.updated_ms) ?? 0;
  return (
    first(hasKey) ||
    (hasKey(a) ? newerFirst(a, b) : 0) ||
    first(({ row }) => row !== null) ||
    first(({ row }) => row?.deleted !== true) ||
    updated(b) - updated(a) ||
    (projectSort(a.issue_id) < projectSort(b.issue_id) ? 1 : -1)
  );
};

const newerFirst = (a: FoundIssue, b: FoundIssue): number => {
  const [one, other] = [a.row && rowVersion(a.row), b.row && rowVersion(b.row)];
  if (one === null || other === null) return Number(one === null) - Number(other === null);
  return Number(isNewer(other, one)) - Number(isNewer(one, other));
};

/**
 * The id of the issue that supersedes this one: of all issues whose rows have its key, the one with the newest version,
 * even if that is deleted. Null when this one is the newest.
 * @param claims of the key it has now
 */
export const supersededBy = (issue: FoundIssue, claims: Claims): string | null => {
  const key = keyNow(issue);
  if (key === null) return null;
  const others = (claims.get(key) ?? []).filter(({ issue_id }) => issue_id !== issue.issue_id);
  const best = bestIssue([issue, ...others], key);
  return best === null || best.issue_id === issue.issue_id ? null : best.issue_id;
};

/** The key in an issue's newest fields, as `lookupKey` returns it; null without one. */
export const keyNow = ({ row }: FoundIssue): string | null =>
  typeof row?.issue_key === 'string' ? lookupKey(row.issue_key) : null;
