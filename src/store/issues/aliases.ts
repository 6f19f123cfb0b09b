import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ALIAS_SORT, aliasKey, aliasPartition, issueOfAlias } from '../calls/keys.ts';
import { queryPage } from '../calls/rows.ts';
import { callTable, type Item, type Place } from '../calls/table.ts';

/**
 * Makes every key find its issue for ever. Plain puts of the same row: repeating them changes nothing, so a
 * retry repairs what a crash left out.
 */
export const putAliases = async (
  { table, tenant, signal }: Place,
  issueId: string,
  keys: string[],
): Promise<void> => {
  const puts = keys.map((key) => {
    const put = new PutItemCommand({ TableName: table.name, Item: marshall(aliasKey(tenant, key, issueId)) });
    return callTable(signal, () => table.writer.send(put));
  });
  await Promise.all(puts);
};

/** A page of aliases stays below the 1 MB that one query brings, however long the key. */
const PAGE = 500;

/** Ids of all issues known to have had the key, in no order that matters. */
export const issuesWithKey = async ({ table, tenant, signal }: Place, key: string): Promise<string[]> => {
  const query = {
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :issue)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':issue': ALIAS_SORT },
  };
  const ids: string[] = [];
  let after: Item | null = null;
  do {
    const page: { items: Item[]; last: Item | null } = await queryPage(
      { table, signal },
      query,
      ['pk', 'sk'],
      PAGE,
      after,
    );
    ids.push(...page.items.flatMap((item) => issueOfAlias(String(item.sk)) ?? []));
    after = page.last;
  } while (after !== null);
  return ids;
};
