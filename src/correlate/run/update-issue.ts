import { isDeepStrictEqual } from 'node:util';
import { isStory } from '../../domain/issue.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { nextRevision } from '../../store/calls/conditional-write.ts';
import { snapshotKey } from '../../store/calls/keys.ts';
import type { Item } from '../../store/calls/table.ts';
import { putVersionMembers } from '../../store/issues/issue-index.ts';
import { rowVersion, toSnapshot } from '../../store/issues/snapshot-row.ts';
import { registerGroup } from '../../store/links/gaps.ts';
import {
  type IssueLinksRow,
  isSuperseded,
  putIssueLinks,
  readIssueLinks,
  type Standing,
} from '../../store/links/issue-links-row.ts';
import type { KnownRef } from '../known/known-refs.ts';
import { belongsTo, keysOf, refsOfIssue } from '../known/linked-refs.ts';
import { unique } from '../rules/joins.ts';
import { type Claim, readClaim } from './rivals.ts';
import { afterConflict, MOST_CONFLICTS, type Scope } from './scope.ts';

export const standingOf = (snapshot: Item | null, superseded: boolean): Standing => ({
  known: snapshot !== null && rowVersion(snapshot) !== null,
  deleted: snapshot?.deleted === true,
  issue_key: typeof snapshot?.issue_key === 'string' ? snapshot.issue_key : null,
  superseded,
});

/** An issue's derived row, and the snapshot's row (`item`) that it is derived from. */
type IssueRows = { row: IssueLinksRow; item: Item | null };

/** Reads the derived row first, and the snapshot after it. */
export const readIssueRows = async (scope: Scope, issueId: string): Promise<IssueRows> => {
  const row = await readIssueLinks(scope.row, scope.tenant, issueId);
  return { row, item: await scope.row(snapshotKey(scope.tenant, issueId)) };
};

/** What is read of an issue. `named`: the commits and pull requests that name its keys; null when not read. */
export type IssueRead = IssueRows & { claim: Claim; named: KnownRef[] | null };

/** What is to be written for an issue, besides what is derived from its rows. */
export type IssueUpdate = {
  /** Keys under which every commit has just been evaluated, and the standing they were evaluated under. */
  settled: { keys: string[]; standing: Standing } | null;
  /** Keys that led to the issue: its own events may not have brought them yet. */
  hints: Iterable<string>;
  /** True when the issue's commits were written: then its row is written even if it is unchanged. */
  linksChanged: boolean;
};

/**
 * Writes the derived row of one issue: whether it is a story without commits, and what was settled. An unchanged row is
 * written only if `linksChanged`: every change of a link raises the revision, so a concurrent writer that read before
 * the change is refused and reads again. After the write it checks that the snapshot, and which issue has the key, are
 * still as they were read: a concurrent run that saw a newer snapshot may have had nothing to write.
 * @param first what has just been read of the issue, if nothing was written since
 * @returns the row as it is now, and what it was derived from; null when what was settled no longer holds: evaluate
 * again
 */
export const updateIssue = async (
  scope: Scope,
  issueId: string,
  update: IssueUpdate,
  first: IssueRead | null = null,
): Promise<IssueRead | null> => {
  let read = first ?? (await readIssue(scope, issueId, update));
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const next = await nextRow(scope, issueId, update, read);
    if (next === null) return null;
    if (!update.linksChanged && isDeepStrictEqual(next, read.row)) return read;
    const written = await writeRow(scope, issueId, read.row, next);
    if (written && (await isCurrent(scope, issueId, read))) return asWritten(read, next);
    if (!written) await afterConflict(tries);
    read = await readIssue(scope, issueId, update);
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};

/** Reads the claim to the key only if it is to be settled; the run that settles a change of it writes the row. */
const readIssue = async (scope: Scope, issueId: string, { settled }: IssueUpdate): Promise<IssueRead> => {
  const rows = await readIssueRows(scope, issueId);
  const asSettled = { superseded: isSuperseded(rows.row), isContested: false };
  const claim = settled === null ? asSettled : await readClaim(scope, issueId, rows.item);
  return { ...rows, claim, named: null };
};

/** The row to write; null when what was settled no longer holds. */
const nextRow = async (
  scope: Scope,
  issueId: string,
  update: IssueUpdate,
  read: IssueRead,
): Promise<IssueLinksRow | null> => {
  if (!stillHolds(update.settled, read)) return null;
  const { row, item, claim, named } = read;
  const snapshot = item && toSnapshot(scope.tenant, issueId, item);
  const settledKeys = update.settled?.keys ?? [];
  const keys = keysOf(row, item, [...settledKeys, ...update.hints]);
  const isDue = snapshot !== null && isStory(snapshot) && !claim.superseded;
  const isGap = isDue && !(await hasCommits(scope, issueId, keys, named));
  return {
    keys: unique([...row.keys, ...settledKeys]).sort(),
    settled: update.settled?.standing ?? row.settled,
    versions: versionsToKeep(row.versions, snapshot?.fix_versions ?? []),
    gap: isGap ? lookupKey(snapshot.project_key ?? '') : null,
    revision: row.revision,
  };
};

/** False when the issue's standing or keys are no longer those under which its commits were evaluated. */
const stillHolds = (settled: IssueUpdate['settled'], { row, item, claim }: IssueRead): boolean =>
  settled === null ||
  (isDeepStrictEqual(settled.standing, standingOf(item, claim.superseded)) &&
    row.keys.every((key) => settled.keys.includes(key)));

const hasCommits = async (
  scope: Scope,
  issueId: string,
  keys: string[],
  named: KnownRef[] | null,
): Promise<boolean> => {
  if (named !== null) return named.some((row) => row.ref.kind === 'commit' && belongsTo(row, issueId));
  for await (const _ of refsOfIssue(scope, issueId, keys, 'commits')) return true;
  return false;
};

/** Characters of version names in one row, well within an item's limit. */
const MOST_NAMES_LENGTH = 100_000;

/** Keeps former versions, to save listing the issue under them again, unless they would outgrow the row. */
const versionsToKeep = (before: string[], now: string[]): string[] => {
  const all = unique([...before, ...now]);
  return (all.join('').length > MOST_NAMES_LENGTH ? unique(now) : all).sort();
};

/** Makes the rows that lead to the issue durable before its derived row says that they are. */
const writeRow = async (
  { table, tenant, signal, put }: Scope,
  issueId: string,
  before: IssueLinksRow,
  next: IssueLinksRow,
): Promise<boolean> => {
  const versions = next.versions.filter((version) => !before.versions.includes(version));
  await putVersionMembers(put, tenant, issueId, versions);
  if (next.gap !== null) await registerGroup({ table, tenant, signal }, 'story', next.gap);
  return putIssueLinks({ table, tenant, signal }, issueId, next);
};

/** True when the snapshot a row was derived from is still the newest, and whether it is superseded is unchanged. */
const isCurrent = async (scope: Scope, issueId: string, { item, claim }: IssueRead): Promise<boolean> => {
  const now = await scope.row(snapshotKey(scope.tenant, issueId));
  if (!isDeepStrictEqual(stampOf(now), stampOf(item))) return false;
  if (!claim.isContested) return true;
  return (await readClaim(scope, issueId, now)).superseded === claim.superseded;
};

const stampOf = (item: Item | null) => ({
  version: item && rowVersion(item),
  schema: item?.schema_version ?? null,
  deleted: item?.deleted === true,
});

const asWritten = (read: IssueRead, { revision, ...row }: IssueLinksRow): IssueRead => ({
  ...read,
  row: { ...row, revision: nextRevision(revision) },
});
