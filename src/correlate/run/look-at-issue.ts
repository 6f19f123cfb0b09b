import { isDeepStrictEqual } from 'node:util';
import pMap from 'p-map';
import type { Ref } from '../../domain/link.ts';
import { UnavailableError } from '../../errors/errors.ts';
import type { Claims, FoundIssue } from '../../store/issues/find-issue.ts';
import { issuesWithKey } from '../../store/issues/issue-index.ts';
import { putIssueLinks } from '../../store/links/issue-links-row.ts';
import type { KeyPage } from '../../store/links/refs.ts';
import { readKnown } from '../known/known-refs.ts';
import { firstKeyPage, keysOfRows, refsFrom } from '../known/linked-refs.ts';
import type { News } from '../rules/news.ts';
import { type Affected, type Evaluated, note, updateAffected } from './affected.ts';
import type { Touched } from './collect-findings.ts';
import { evaluateRefs } from './evaluate-refs.ts';
import { claimOf, claimsOf, isSettled, rivalsOf } from './rivals.ts';
import { AT_A_TIME, MOST_CONFLICTS, type Scope } from './scope.ts';
import { type IssueRead, type IssueUpdate, readIssueRows, standingOf, updateIssue } from './update-issue.ts';

/**
 * Correlates an issue as it is now: evaluates the commits that name it again where that can change anything, and writes
 * the derived rows of this issue, of the others that have its key, and of the other issues this affects. What was
 * settled is written last: after a crash, the next run finds the issue unsettled and completes it. Starts over when the
 * issue changed meanwhile.
 * @param newKeys keys that an event says the issue has or had
 * @returns the issues that gained, kept or lost a commit, or have its key, and the commits that left one
 */
export const lookAtIssue = (scope: Scope, issueId: string, newKeys: string[]): Promise<Touched> =>
  settle(scope, issueId, { newKeys, due: dueKeys, before: (seen) => settleRivals(scope, issueId, seen) });

/** The first page of the commits and pull requests that name a key, and all other issues that have or had the key. */
type KeyLook = { key: string; page: KeyPage; others: string[] };

type Look = {
  read: Omit<IssueRead, 'named'>;
  keys: KeyLook[];
  claims: Claims;
  settled: NonNullable<IssueUpdate['settled']>;
};

type Settling = {
  /** Keys that an event says the issue has or had. */
  newKeys: string[];
  due: (look: Look) => KeyLook[];
  /** Settles other issues before this one. */
  before: (look: Look) => Promise<Pick<Touched, 'issues' | 'refs'>>;
};

/** Evaluates the commits under the keys that are due, and stores last that they are settled. */
const settle = async (
  scope: Scope,
  issueId: string,
  { newKeys, due, before }: Settling,
): Promise<Touched> => {
  const { issues, refs, add } = collect();
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const seen = await look(scope, issueId, newKeys);
    if (!(await unsettleErased(scope, issueId, seen))) continue;
    const news = await newsUnder(scope, due(seen));
    const { affected, moved } = await evaluateDue(scope, issueId, news);
    add({ issues: affected, refs: moved.map(({ ref }) => ref) });
    add(await before(seen));
    const update = { settled: seen.settled, hints: [], linksChanged: issues.has(issueId) };
    // If nothing was due, the rows read above are still valid.
    const first = news.length === 0 ? await withNamed(scope, seen) : null;
    const made = await updateIssue(scope, issueId, update, first);
    if (made) return { issues, refs, seen: seenOf(issueId, made) };
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};

/** Collects what several steps touched. */
const collect = () => {
  const issues: Affected = new Map();
  const refs: Ref[] = [];
  return {
    issues,
    refs,
    add: (touched: Pick<Touched, 'issues' | 'refs'>): void => {
      for (const [id, keys] of touched.issues) note(issues, id, keys);
      refs.push(...touched.refs);
    },
  };
};

/** Reads an issue, the commits and pull requests that name its keys, and the other issues that have or had these. */
const look = async (scope: Scope, issueId: string, newKeys: string[]): Promise<Look> => {
  const rows = await readIssueRows(scope, issueId);
  const keys = keysOfRows(rows.row, rows.item, newKeys);
  const looks = await pMap(keys, (key) => lookAtKey(scope, issueId, key), { concurrency: AT_A_TIME });
  const own = { issue_id: issueId, row: rows.item };
  const claims = await claimsOf(scope, own, looks);
  const claim = claimOf(own, claims);
  const settled = { keys, standing: standingOf(rows.item, claim.superseded) };
  return { read: { ...rows, claim }, keys: looks, claims, settled };
};

const lookAtKey = async (scope: Scope, issueId: string, key: string): Promise<KeyLook> => {
  const { table, tenant, signal } = scope;
  const page = await firstKeyPage(scope, key);
  const ids = page.last === null ? page.issue_ids : await issuesWithKey({ table, tenant, signal }, key);
  return { key, page, others: ids.filter((id) => id !== issueId) };
};

/**
 * Marks an erased issue as unsettled: it may be delivered again, unchanged, while its commits are being taken from it,
 * and a run for that delivery must not find it settled. False when a concurrent run has written the row: start over.
 */
const unsettleErased = async (
  { table, tenant, signal }: Scope,
  issueId: string,
  { read: { row }, settled }: Look,
): Promise<boolean> => {
  if (settled.standing.known || !row.settled?.known) return true;
  return putIssueLinks({ table, tenant, signal }, issueId, { ...row, settled: null });
};

const newsUnder = async (scope: Scope, keys: KeyLook[]): Promise<News[]> => {
  const news: News[] = [];
  for (const { key, page } of keys)
    for await (const refs of refsFrom(scope, key, page))
      news.push(...refs.map((ref) => ({ ref, state: null })));
  return news;
};

/** Evaluates these commits and pull requests again, and writes the other issues that this affects. */
const evaluateDue = async (scope: Scope, issueId: string, news: News[]): Promise<Evaluated> => {
  const evaluated = await evaluateRefs(scope, news);
  await updateAffected(scope, evaluated, issueId);
  return evaluated;
};

/** Adds the commits and pull requests that name the issue, if they are at most one page for each key. */
const withNamed = async (scope: Scope, { read, keys }: Look): Promise<IssueRead> => {
  const refs = refsOfPages(keys);
  const rows = refs && (await readKnown(scope, refs));
  return { ...read, named: rows?.filter((row) => row !== null) ?? null };
};

/** The commits and pull requests that name the keys, or null when those of one key are more than a page. */
const refsOfPages = (keys: KeyLook[]): Ref[] | null =>
  keys.every(({ page }) => page.last === null) ? keys.flatMap(({ page }) => page.refs) : null;

/** What named the issue, valid for this revision of its row: a run that adds or removes a link writes that row. */
const seenOf = (issueId: string, { row, named }: IssueRead): Touched['seen'] =>
  new Map(named ? [[issueId, { revision: row.revision, named }]] : []);

/**
 * The keys whose commits have to be evaluated again: all of them, if the issue's standing has changed since the last
 * time; otherwise new keys, and always keys that other issues have or had too, because which issue they mean depends on
 * all of these.
 */
const dueKeys = ({ read: { row }, keys, settled }: Look): KeyLook[] => {
  const changed = !isDeepStrictEqual(row.settled, settled.standing);
  return keys.filter(({ key, others }) => changed || !row.keys.includes(key) || others.length > 0);
};

/** Settles the rivals of an issue whose own commits have just been evaluated. All rivals count as touched. */
const settleRivals = async (
  scope: Scope,
  issueId: string,
  seen: Look,
): Promise<Pick<Touched, 'issues' | 'refs'>> => {
  const { settled, claims } = seen;
  const rivals = rivalsOf(issueId, settled.keys, claims);
  const isDone = (rival: FoundIssue) => isSettled(scope, rival, settled.keys, claims);
  const done = await pMap(rivals, isDone, { concurrency: AT_A_TIME });
  const touched = collect();
  touched.add({ issues: new Map(rivals.map(({ issue_id }) => [issue_id, new Set()])), refs: [] });
  for (const { issue_id } of rivals.filter((_, index) => !done[index]))
    touched.add(
      await settle(scope, issue_id, {
        newKeys: [],
        due: ({ keys }) => keys.filter(({ key }) => !settled.keys.includes(key)),
        before: async () => ({ issues: new Map(), refs: [] }),
      }),
    );
  return touched;
};
