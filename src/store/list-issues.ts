import type { Snapshot } from '../domain/snapshot.ts';
import { decodeIssueLinks, isSuperseded } from './issue-links-row.ts';
import { issueIdOfKey, issueLinksKey, projectPartition, snapshotKey } from './keys.ts';
import { queryPage, readRowsOf } from './read-items.ts';
import { toSnapshot } from './snapshot-row.ts';
import type { Item, Table } from './table-client.ts';

/** A null filter lets everything pass. */
export type IssueFilter = { status: string | null; fix_version: string | null; deleted: boolean | null };

const passes = (snapshot: Snapshot, filter: IssueFilter): boolean =>
  (filter.status === null || snapshot.status === filter.status) &&
  (filter.fix_version === null || snapshot.fix_versions.includes(filter.fix_version)) &&
  (filter.deleted === null || snapshot.deleted === filter.deleted);

/** Issues as of now, with what correlation knows of them: those nobody knows, or that are superseded, are left out. */
export const readListed = async (
  table: Table,
  tenant: string,
  ids: string[],
  signal: AbortSignal,
): Promise<{ snapshot: Snapshot; row: Item }[]> => {
  const [rows, derived] = await Promise.all([
    readRowsOf(table, ids, (id) => snapshotKey(tenant, id), signal),
    readRowsOf(table, ids, (id) => issueLinksKey(tenant, id), signal),
  ]);
  return rows.flatMap(([id, row], index) => {
    const superseded = isSuperseded(decodeIssueLinks(derived[index]?.[1] ?? null));
    return row && !superseded ? [{ row, snapshot: toSnapshot(tenant, id, row) }] : [];
  });
};

/**
 * One page of a project's issues by issue id. The index finds `limit` issues, and the filter is applied to
 * them, so a page may be short while more follow.
 */
export const listIssues = async (
  table: Table,
  tenant: string,
  project: string,
  filter: IssueFilter,
  page: { limit: number; after: Item | null },
  signal: AbortSignal,
): Promise<{ issues: Snapshot[]; last: Item | null }> => {
  const partition = projectPartition(tenant, project);
  const query = {
    IndexName: 'by_project',
    KeyConditionExpression: 'project_pk = :project',
    ExpressionAttributeValues: { ':project': partition },
  };
  const keyNames = ['pk', 'sk', 'project_pk', 'project_sk'];
  const { items, last } = await queryPage(table, query, keyNames, page.limit, page.after, signal);
  const ids = items.map(({ pk }) => issueIdOfKey(String(pk)));
  const listed = await readListed(table, tenant, ids, signal);
  const issues = listed.flatMap(({ snapshot, row }) => (row.project_pk === partition ? [snapshot] : []));
  return { issues: issues.filter((snapshot) => passes(snapshot, filter)), last };
};
