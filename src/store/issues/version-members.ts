import type { RowWriter } from '../calls/gather.ts';
import { versionPartition } from '../calls/keys.ts';
import { queryPage } from '../calls/rows.ts';
import type { Item, Place } from '../calls/table.ts';

const PREFIX = 'I#';

/** Makes each fix version lead to the issue. Nothing takes it away: whoever reads it asks the snapshot. */
export const putVersionMembers = async (
  put: RowWriter,
  tenant: string,
  issueId: string,
  versions: string[],
): Promise<void> => {
  const partitions = new Set(versions.map((version) => versionPartition(tenant, version)));
  await Promise.all([...partitions].map((pk) => put({ pk, sk: `${PREFIX}${issueId}` })));
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
  return { issue_ids: items.map((item) => String(item.sk).slice(PREFIX.length)), last };
};
