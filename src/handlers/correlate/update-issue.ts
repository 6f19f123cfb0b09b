import { isDeepStrictEqual } from 'node:util';
import { isStory } from '../../correlate/story.ts';
import { lookupKey } from '../../domain/issue-key.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { registerGroup } from '../../store/gap-groups.ts';
import {
  type IssueLinksRow,
  putIssueLinks,
  readIssueLinks,
  type Standing,
} from '../../store/issue-links-row.ts';
import { snapshotKey } from '../../store/keys.ts';
import { rowVersion, toSnapshot } from '../../store/snapshot-row.ts';
import { getItem, type Item } from '../../store/table-client.ts';
import { putVersionMembers } from '../../store/version-members.ts';
import { refsOfIssue } from './linked-refs.ts';
import { MOST_CONFLICTS, type Scope } from './scope.ts';

export const standingOf = (snapshot: Item | null): Standing => ({
  known: snapshot !== null && rowVersion(snapshot) !== null,
  deleted: snapshot?.deleted === true,
  issue_key: typeof snapshot?.issue_key === 'string' ? snapshot.issue_key : null,
});

/** What is to be written of an issue, beside what is read for it. */
export type IssueUpdate = {
  /** Keys under which every commit has just been evaluated, and the standing they were evaluated under. */
  settled: { keys: string[]; standing: Standing } | null;
  /** Keys that led here, for commits whose key this issue's own events have not brought yet. */
  hints: Iterable<string>;
  /** True when a commit came or went: then the row is written whatever it says. */
  linksChanged: boolean;
};

const union = (...keys: Iterable<string>[]): string[] => [...new Set(keys.flatMap((some) => [...some]))];

/** Every key under which commits may name the issue. */
export const keysOf = (row: IssueLinksRow, snapshot: Item | null, hints: Iterable<string>): string[] => {
  const now = standingOf(snapshot).issue_key;
  return union(row.keys, now === null ? [] : [lookupKey(now)], hints);
};

const hasCommits = async (scope: Scope, issueId: string, keys: string[]): Promise<boolean> => {
  for await (const _ of refsOfIssue(scope, issueId, keys, ['commit'])) return true;
  return false;
};

const seenOf = (snapshot: Item | null): NonNullable<IssueLinksRow['seen']> => ({
  version: snapshot && rowVersion(snapshot),
  deleted: snapshot?.deleted === true,
});

/** False when the issue's standing or keys are no longer those under which its commits were evaluated. */
const stillHolds = (settled: IssueUpdate['settled'], row: IssueLinksRow, snapshot: Item | null): boolean =>
  settled === null ||
  (isDeepStrictEqual(settled.standing, standingOf(snapshot)) &&
    row.keys.every((key) => settled.keys.includes(key)));

/** Null when what was settled no longer holds. */
const nextRow = async (
  scope: Scope,
  issueId: string,
  row: IssueLinksRow,
  update: IssueUpdate,
): Promise<IssueLinksRow | null> => {
  const { table, tenant, signal } = scope;
  const item = await getItem(table, snapshotKey(tenant, issueId), signal);
  if (!stillHolds(update.settled, row, item)) return null;
  const snapshot = item && toSnapshot(tenant, issueId, item);
  const keys = keysOf(row, item, [...(update.settled?.keys ?? []), ...update.hints]);
  const isGap = snapshot !== null && isStory(snapshot) && !(await hasCommits(scope, issueId, keys));
  return {
    keys: union(row.keys, update.settled?.keys ?? []).sort(),
    settled: update.settled?.standing ?? row.settled,
    seen: seenOf(item),
    versions: union(row.versions, snapshot?.fix_versions ?? []).sort(),
    gap: isGap ? lookupKey(snapshot.project_key ?? '') : null,
    revision: row.revision,
  };
};

/** What leads to the row is durable before the row says so. */
const writeRow = async (
  { table, tenant, signal }: Scope,
  issueId: string,
  before: IssueLinksRow,
  next: IssueLinksRow,
): Promise<boolean> => {
  const versions = next.versions.filter((version) => !before.versions.includes(version));
  await putVersionMembers(table, tenant, issueId, versions, signal);
  if (next.gap !== null) await registerGroup(table, tenant, 'story', next.gap, signal);
  return putIssueLinks(table, tenant, issueId, next, signal);
};

/**
 * Writes what is derived of one issue: whether it is a story without commits, and what was settled. Nothing is
 * written for a snapshot that was seen before unless a commit came or went: whoever changes a link writes, so
 * a writer that read before the change is refused by the revision and reads again.
 * @returns false when what was settled no longer holds, and nothing was written: evaluate again
 */
export const updateIssue = async (scope: Scope, issueId: string, update: IssueUpdate): Promise<boolean> => {
  for (let tries = 0; tries < MOST_CONFLICTS; tries += 1) {
    const row = await readIssueLinks(scope.table, scope.tenant, issueId, scope.signal);
    const next = await nextRow(scope, issueId, row, update);
    if (next === null) return false;
    if (!update.linksChanged && isDeepStrictEqual(next, row)) return true;
    if (await writeRow(scope, issueId, row, next)) return true;
  }
  throw new UnavailableError('table', new Error('too many conflicts'));
};
