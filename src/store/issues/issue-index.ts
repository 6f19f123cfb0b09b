import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { RowWriter } from '../calls/gather.ts';
import { ALIAS_SORT, aliasKey, aliasPartition, issueOfAlias, versionPartition } from '../calls/keys.ts';
import { putRows, queryPage, queryPages } from '../calls/rows.ts';
import { callTable, type Item, type Place } from '../calls/table.ts';

/** Makes every key find its issue permanently. The puts are idempotent, so a retry repairs what a crash left out. */
export const putAliases = async (
  { table, tenant, signal }: Place,
  issueId: string,
  keys: string[],
): Promise<void> => {
  const puts = keys.map((key) => {
    const put = new PutItemCommand({ TableName: table.name, Item: marshall(aliasKey(tenant, key, issueId)) });
    return callTable(signal, () => table.client.send(put));
  });
  await Promise.all(puts);
};

/** As `putAliases`, for many issues with few calls. */
export const putAliasesOfMany = async (
  { table, tenant, signal }: Place,
  issues: readonly { issue_id: string; keys: readonly string[] }[],
): Promise<void> => {
  const rows = issues.flatMap(({ issue_id, keys }) =>
    [...new Set(keys)].map((key) => aliasKey(tenant, key, issue_id)),
  );
  await putRows({ table, signal }, rows);
};

/** A page of aliases stays below the 1 MB that one query returns, however long the key. */
const PAGE = 500;

/** Ids of all issues known to have had the key, in no particular order. */
export const issuesWithKey = async ({ table, tenant, signal }: Place, key: string): Promise<string[]> => {
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :issue)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':issue': ALIAS_SORT },
  };
  const ids: string[] = [];
  for await (const items of queryPages(() => ({ table, signal }), query, ['pk', 'sk'], PAGE))
    ids.push(...items.flatMap((item) => issueOfAlias(String(item.sk)) ?? []));
  return ids;
};

const MEMBER_SORT = 'I#';

/** Lists the issue under each fix version. Entries are never removed: readers check the snapshot. */
export const putVersionMembers = async (
  put: RowWriter,
  tenant: string,
  issueId: string,
  versions: string[],
): Promise<void> => {
  const partitions = new Set(versions.map((version) => versionPartition(tenant, version)));
  await Promise.all([...partitions].map((pk) => put({ pk, sk: `${MEMBER_SORT}${issueId}` })));
};

/** One page of the ids of issues that have or had the fix version. */
export const listVersionMembers = async (
  { table, tenant, signal }: Place,
  version: string,
  page: { limit: number; after: Item | null },
): Promise<{ issue_ids: string[]; last: Item | null }> => {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': versionPartition(tenant, version) },
  };
  const { items, last } = await queryPage({ table, signal }, query, ['pk', 'sk'], page.limit, page.after);
  return { issue_ids: items.map((item) => String(item.sk).slice(MEMBER_SORT.length)), last };
};
