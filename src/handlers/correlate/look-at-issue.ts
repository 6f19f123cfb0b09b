import { isDeepStrictEqual } from 'node:util';
import { lookupKey } from '../../domain/issue-key.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { readIssueLinks } from '../../store/issue-links-row.ts';
import { snapshotKey } from '../../store/keys.ts';
import { rowAliases } from '../../store/snapshot-row.ts';
import { getItem } from '../../store/table-client.ts';
import { type Affected, evaluateRefs, type News } from './evaluate-refs.ts';
import { BOTH_KINDS, refsNaming } from './linked-refs.ts';
import { issuesByKey } from './resolve-keys.ts';
import { MOST_CONFLICTS, type Scope } from './scope.ts';
import { type IssueUpdate, keysOf, standingOf, updateIssue } from './update-issue.ts';

type Look = { keys: string[]; due: string[]; settled: NonNullable<IssueUpdate['settled']> };

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
  return { keys, due: keys.filter(isDue), settled: { keys, standing } };
};

const evaluateNaming = async (scope: Scope, keys: string[]): Promise<Affected> => {
  const news: News[] = [];
  for await (const refs of refsNaming(scope, keys, BOTH_KINDS))
    news.push(...refs.map((ref) => ({ ref, state: null })));
  return evaluateRefs(scope, news);
};

/** Writes the issues that commits came to or went from. */
export const updateAffected = async (scope: Scope, affected: Affected): Promise<void> => {
  for (const [issueId, hints] of affected)
    await updateIssue(scope, issueId, { settled: null, hints, linksChanged: true });
};

const noteAll = (affected: Affected, more: Affected): void => {
  for (const [id, keys] of more) affected.set(id, new Set([...(affected.get(id) ?? []), ...keys]));
};

/**
 * Looks at an issue as it is now: the commits that name it are evaluated again where that can change anything,
 * and what is derived of it, and of the other issues this touches, is written. Begins again when the issue
 * changed meanwhile.
 * @param newKeys keys that an event says the issue has or had
 * @returns the other issues that gained, kept or lost a commit
 */
export const lookAtIssue = async (scope: Scope, issueId: string, newKeys: string[]): Promise<Affected> => {
  const affected: Affected = new Map();
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const { due, settled } = await plan(scope, issueId, newKeys);
    noteAll(affected, await evaluateNaming(scope, due));
    const update = { settled, hints: [], linksChanged: affected.has(issueId) };
    if (!(await updateIssue(scope, issueId, update))) continue;
    affected.delete(issueId);
    await updateAffected(scope, affected);
    return affected;
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};
