import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import { lookupKey } from '../../domain/issue-key.ts';
import type { Ref } from '../../domain/link.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { issuesWithKey } from '../../store/aliases.ts';
import type { KeyPage } from '../../store/candidates.ts';
import { putIssueLinks } from '../../store/issue-links-row.ts';
import { rowAliases } from '../../store/snapshot-row.ts';
import type { Affected } from './affected.ts';
import type { Touched } from './collect-findings.ts';
import { type Evaluated, evaluateRefs } from './evaluate-refs.ts';
import { firstKeyPage, refsFrom } from './linked-refs.ts';
import type { News } from './news.ts';
import { AT_A_TIME, MOST_CONFLICTS, type Scope } from './scope.ts';
import { updateAffected } from './update-affected.ts';
import {
  type IssueRead,
  type IssueUpdate,
  keysOf,
  readIssue,
  standingOf,
  updateIssue,
} from './update-issue.ts';

/** The first page of what lies under a key, and whether its commits have to be evaluated again. */
type KeyLook = { key: string; page: KeyPage; isDue: boolean };

type Look = { read: IssueRead; keys: KeyLook[]; settled: NonNullable<IssueUpdate['settled']> };

const isShared = async (scope: Scope, issueId: string, key: string, page: KeyPage): Promise<boolean> => {
  const { table, tenant, signal } = scope;
  const ids = page.last === null ? page.issue_ids : await issuesWithKey(table, tenant, key, signal);
  return ids.some((id) => id !== issueId);
};

/** All that names a key, or null when that is more than one page for one of them. */
const refsOfPages = (keys: KeyLook[]): Ref[] | null =>
  keys.every(({ page }) => page.last === null) ? keys.flatMap(({ page }) => page.refs) : null;

/**
 * Which keys' commits have to be evaluated again: all, when the issue's standing changed since they were; a
 * key that is new to it; and always one that other issues had too, because which of them it means depends on
 * both.
 */
const plan = async (scope: Scope, issueId: string, newKeys: string[]): Promise<Look> => {
  const read = await readIssue(scope, issueId);
  const { row, item } = read;
  const standing = standingOf(item);
  const aliased = item ? [...rowAliases(item)] : [];
  const keys = keysOf(row, item, [...newKeys, ...aliased].map(lookupKey));
  const changed = !isDeepStrictEqual(row.settled, standing);
  const looks = await pMap(
    keys,
    async (key) => {
      const page = await firstKeyPage(scope, key);
      const isDue = changed || !row.keys.includes(key) || (await isShared(scope, issueId, key, page));
      return { key, page, isDue };
    },
    { concurrency: AT_A_TIME },
  );
  return { read: { ...read, refs: refsOfPages(looks) }, keys: looks, settled: { keys, standing } };
};

/**
 * An erased issue may come back just as it was while its commits are taken from it: whoever looks at it then must
 * not find it settled. False when another batch has written the row: begin again.
 */
const unsettleErased = async (
  { table, tenant, signal }: Scope,
  issueId: string,
  { read: { row }, settled }: Look,
): Promise<boolean> => {
  if (settled.standing.known || !row.settled?.known) return true;
  return putIssueLinks(table, tenant, issueId, { ...row, settled: null }, signal);
};

const dueNews = async (scope: Scope, { keys }: Look): Promise<News[]> => {
  const news: News[] = [];
  for (const { key, page } of keys.filter(({ isDue }) => isDue))
    for await (const refs of refsFrom(scope, key, page))
      news.push(...refs.map((ref) => ({ ref, state: null })));
  return news;
};

/** An issue that nothing names, as long as its derived row stays: whoever links something to it writes that. */
const unnamed = (issueId: string, { row, refs }: IssueRead): Touched['unnamed'] =>
  new Map(refs?.length === 0 ? [[issueId, row.revision]] : []);

/** What names the issue is evaluated again where it is due, and what that changes elsewhere is written. */
const evaluateDue = async (scope: Scope, issueId: string, news: News[]): Promise<Evaluated> => {
  const evaluated = await evaluateRefs(scope, news);
  await updateAffected(scope, evaluated, issueId);
  return evaluated;
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
    const news = await dueNews(scope, look);
    const evaluated = await evaluateDue(scope, issueId, news);
    for (const [id, keys] of evaluated.affected) all.set(id, new Set([...(all.get(id) ?? []), ...keys]));
    left.push(...evaluated.moved.map(({ ref }) => ref));
    const update = { settled: look.settled, hints: [], linksChanged: all.has(issueId) };
    // What was read at first is still good where nothing was due.
    const first = news.length === 0 ? look.read : null;
    const made = await updateIssue(scope, issueId, update, first);
    if (made) return { issues: all, refs: left, unnamed: unnamed(issueId, made) };
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};
