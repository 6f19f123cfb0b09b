import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { reconcileKey } from '../calls/keys.ts';
import { putRows, queryPages } from '../calls/rows.ts';
import { callTable, type Place, type Walk } from '../calls/table.ts';

const SORT = 'CONTRADICTION#';

const keyOf = (tenant: string, issueId: string) => reconcileKey(tenant, `${SORT}${issueId}`);

/** Lists issues of which Jira showed an older state than the stored one, until a look agrees. */
export const putContradictions = ({ table, tenant, signal }: Place, issueIds: string[]): Promise<void> =>
  putRows(
    { table, signal },
    issueIds.map((id) => keyOf(tenant, id)),
  );

/** Removes an issue from the list once a look agrees. */
export const removeContradiction = async (
  { table, tenant, signal }: Place,
  issueId: string,
): Promise<void> => {
  const command = new DeleteCommand({ TableName: table.name, Key: keyOf(tenant, issueId) });
  await callTable(signal, () => table.documentClient.send(command));
};

const PAGE = 1_000;

/** Ids of all listed issues. */
export const listContradictions = async ({ table, tenant, newSignal }: Walk): Promise<string[]> => {
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :sort)',
    ExpressionAttributeValues: { ':pk': reconcileKey(tenant, '').pk, ':sort': SORT },
  };
  const ids: string[] = [];
  for await (const items of queryPages(() => ({ table, signal: newSignal() }), query, ['pk', 'sk'], PAGE))
    ids.push(...items.map(({ sk }) => String(sk).slice(SORT.length)));
  return ids;
};
