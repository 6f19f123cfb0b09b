import type { Snapshot } from '../domain/snapshot.ts';
import { issueIdOfKey, projectPartition } from './keys.ts';
import { queryPage, readRows } from './read-items.ts';
import { toSnapshot } from './snapshot-row.ts';
import type { Item, Key, Table } from './table-client.ts';

/** A null filter lets everything pass. */
export type IssueFilter = { status: string | null; fix_version: string | null; deleted: boolean | null };

const passes = (snapshot: Snapshot, filter: IssueFilter): boolean =>
  (filter.status === null || snapshot.status === filter.status) &&
  (filter.fix_version === null || snapshot.fix_versions.includes(filter.fix_version)) &&
  (filter.deleted === null || snapshot.deleted === filter.deleted);

const toKey = (item: Item): Key => ({ pk: String(item.pk), sk: String(item.sk) });

/**
 * One page of a project's issues by issue id. The index finds `limit` issues and the filter is applied to
 * them, so a filtered page may be short while more follow.
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
  const rows = await readRows(table, items.map(toKey), signal);
  const issues = rows.flatMap((row) =>
    row?.project_pk === partition ? [toSnapshot(tenant, issueIdOfKey(String(row.pk)), row)] : [],
  );
  return { issues: issues.filter((snapshot) => passes(snapshot, filter)), last };
};
