import { isDeepStrictEqual } from 'node:util';
import { lookupKey } from '../../domain/issue-key.ts';
import type { Ref } from '../../domain/link.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { type IssueLinksRow, putIssueLinks, readIssueLinks } from '../../store/issue-links-row.ts';
import { snapshotKey } from '../../store/keys.ts';
import { rowAliases } from '../../store/snapshot-row.ts';
import { getItem } from '../../store/table-client.ts';
import type { Affected } from './affected.ts';
import type { Touched } from './collect-findings.ts';
import { type Evaluated, evaluateRefs } from './evaluate-refs.ts';
import { BOTH_KINDS, refsNaming } from './linked-refs.ts';
import type { News } from './news.ts';
import { issuesByKey } from './resolve-keys.ts';
import { MOST_CONFLICTS, type Scope } from './scope.ts';
import { updateAffected } from './update-affected.ts';
import { type IssueUpdate, keysOf, standingOf, updateIssue } from './update-issue.ts';

type Look = { row: IssueLinksRow; due: string[]; settled: NonNullable<IssueUpdate['settled']> };

/**
 * Which keys' commits have to be evaluated again: all, when the issue's standing changed since they were; a
 * key that is new to it; and always one that other issues had too, because which of them it means depends on
 * both.
 */
const plan = async (scope: Scope, issueId: string, newKeys: string[]): Promise<Look> => {
  const { table, tenant, signal } = scope;
  const row = await readIssueLinks(table, tenant, issueId, signal);
  const snapshot = await getItem(table, snapshotKey(tenant, issueId), signal);
  const standing = standingOf(snapshot);
  const aliased = snapshot ? [...rowAliases(snapshot)] : [];
  const keys = keysOf(row, snapshot, [...newKeys, ...aliased].map(lookupKey));
  const shared = await issuesByKey(scope, keys);
  const changed = !isDeepStrictEqual(row.settled, standing);
  const isDue = (key: string): boolean =>
    changed || !row.keys.includes(key) || (shared.get(key) ?? []).some((id) => id !== issueId);
  return { row, due: keys.filter(isDue), settled: { keys, standing } };
};

/**
 * An erased issue may come back just as it was while its commits are taken from it: whoever looks at it then must
 * not find it settled. False when another batch has written the row: begin again.
 */
const unsettleErased = async (
  { table, tenant, signal }: Scope,
  issueId: string,
  { row, settled }: Look,
): Promise<boolean> => {
  if (settled.standing.known || !row.settled?.known) return true;
  return putIssueLinks(table, tenant, issueId, { ...row, settled: null }, signal);
};

const evaluateNaming = async (scope: Scope, keys: string[]): Promise<Evaluated> => {
  const news: News[] = [];
  for await (const refs of refsNaming(scope, keys, BOTH_KINDS))
    news.push(...refs.map((ref) => ({ ref, state: null })));
  return evaluateRefs(scope, news);
};

/**
 * Looks at an issue as it is now: the commits that name it are evaluated again where that can change anything,
 * and what is derived of it, and of the other issues this touches, is written. What was settled is written
 * last: a run that ends before is made good by the next one, which finds it unsettled. Begins again when the
 * issue changed meanwhile.
 * @param newKeys keys that an event says the issue has or had
 * @returns the issues that gained, kept or lost a commit, and the commits that left one
 */
export const lookAtIssue = async (scope: Scope, issueId: string, newKeys: string[]): Promise<Touched> => {
  const all: Affected = new Map();
  const left: Ref[] = [];
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const look = await plan(scope, issueId, newKeys);
    if (!(await unsettleErased(scope, issueId, look))) continue;
    const evaluated = await evaluateNaming(scope, look.due);
    for (const [id, keys] of evaluated.affected) all.set(id, new Set([...(all.get(id) ?? []), ...keys]));
    left.push(...evaluated.moved.map(({ ref }) => ref));
    await updateAffected(scope, evaluated, issueId);
    const update = { settled: look.settled, hints: [], linksChanged: all.has(issueId) };
    if (await updateIssue(scope, issueId, update)) return { issues: all, refs: left };
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};
