import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import type { Snapshot } from '../../domain/issue.ts';
import { issueIdOfKey, issueLinksKey, projectPartition, projectSort, snapshotKey } from '../calls/keys.ts';
import { queryPage, readRowsOf } from '../calls/rows.ts';
import { callTable, type Item, type Place, type Walk } from '../calls/table.ts';
import { decodeIssueLinks, isSuperseded } from '../links/issue-links-row.ts';
import { toSnapshot } from './snapshot-row.ts';

/** A null filter lets everything pass. */
type IssueFilter = { status: string | null; fix_version: string | null; deleted: boolean | null };

/**
 * `after`: the id of the issue to continue after. `take` returns false when the page has no room for an issue, which
 * ends the page before it.
 */
type IssuePage = { limit: number; after: string | null; take: (snapshot: Snapshot) => boolean };

/**
 * One page of a project's issues by issue id. The index finds `limit` issues, and the filter is applied to them, so a
 * page may be short although more follow.
 * @returns the id of the issue to continue after, null on the last page
 */
export const listIssues = async (
  { table, tenant, signal }: Place,
  project: string,
  filter: IssueFilter,
  { limit, after, take }: IssuePage,
): Promise<string | null> => {
  const partition = projectPartition(tenant, project);
  const { ids, last } = await listIssueIds({ table, tenant, signal }, project, { limit, after });
  let before = after;
  for await (const { snapshot, row } of readListed({ table, tenant, signal }, ids)) {
    const isShown = row.project_pk === partition && passes(snapshot, filter);
    if (isShown && !take(snapshot)) return before;
    before = snapshot.issue_id;
  }
  return last;
};

/**
 * One page of the ids of a project's issues in their order, deleted ones too.
 * @returns `last`: the id of the issue to continue after, null on the last page
 */
export const listIssueIds = async (
  { table, tenant, signal }: Place,
  project: string,
  { limit, after }: { limit: number; after: string | null },
): Promise<{ ids: string[]; last: string | null }> => {
  const keyNames = ['pk', 'sk', 'project_pk', 'project_sk'];
  const start = after === null ? null : startKey(tenant, project, after);
  const query = inProject(tenant, project);
  const { items, last } = await queryPage({ table, signal }, query, keyNames, limit, start);
  const ids = items.map(({ pk }) => issueIdOfKey(String(pk)));
  return { ids, last: last === null ? null : (ids.at(-1) ?? null) };
};

const inProject = (tenant: string, project: string) => ({
  IndexName: 'by_project',
  KeyConditionExpression: 'project_pk = :project',
  ExpressionAttributeValues: { ':project': projectPartition(tenant, project) },
});

/** How many issues of a project are known, deleted ones too. */
export const countIssues = async ({ table, tenant, newSignal }: Walk, project: string): Promise<number> => {
  let count = 0;
  let ExclusiveStartKey: Item | undefined;
  do {
    const query = { ...inProject(tenant, project), Select: 'COUNT', ExclusiveStartKey } as const;
    const command = new QueryCommand({ TableName: table.name, ...query });
    const page = await callTable(newSignal(), () => table.documentClient.send(command));
    count += page.Count ?? 0;
    ExclusiveStartKey = page.LastEvaluatedKey;
  } while (ExclusiveStartKey);
  return count;
};

const passes = (snapshot: Snapshot, filter: IssueFilter): boolean =>
  (filter.status === null || snapshot.status === filter.status) &&
  (filter.fix_version === null || snapshot.fix_versions.includes(filter.fix_version)) &&
  (filter.deleted === null || snapshot.deleted === filter.deleted);

const startKey = (tenant: string, project: string, issueId: string): Item => ({
  ...snapshotKey(tenant, issueId),
  project_pk: projectPartition(tenant, project),
  project_sk: projectSort(issueId),
});

/** The current rows of issues: those that are unknown or superseded are left out. */
export async function* readListed(
  { table, tenant, signal }: Place,
  ids: string[],
): AsyncGenerator<{ snapshot: Snapshot; row: Item }> {
  const [rows, derived] = await Promise.all([
    readRowsOf({ table, signal }, ids, (id) => snapshotKey(tenant, id)),
    readRowsOf({ table, signal }, ids, (id) => issueLinksKey(tenant, id)),
  ]);
  for (const [index, [id, row]] of rows.entries()) {
    const superseded = isSuperseded(decodeIssueLinks(derived[index]?.[1] ?? null));
    if (row && !superseded) yield { row, snapshot: toSnapshot(tenant, id, row) };
  }
}
