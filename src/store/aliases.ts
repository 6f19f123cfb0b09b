import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { ALIAS_SORT, aliasKey, aliasPartition, issueOfAlias } from './keys.ts';
import { callTable, type Table } from './table-client.ts';

/**
 * Makes every key find its issue for ever. Plain puts of the same row: repeating them changes nothing, so a
 * retry repairs what a crash left out.
 */
export const putAliases = async (
  table: Table,
  tenant: string,
  issueId: string,
  keys: string[],
  signal: AbortSignal,
): Promise<void> => {
  const puts = keys.map((key) => {
    const put = new PutItemCommand({ TableName: table.name, Item: marshall(aliasKey(tenant, key, issueId)) });
    return callTable(signal, () => table.writer.send(put));
  });
  await Promise.all(puts);
};

/** More issues than this under one key are not looked at; a key changes hands a few times at most. */
const MOST_ISSUES_PER_KEY = 100;

/** Ids of all issues known to have had the key, in no order that matters. */
export const issuesWithKey = async (
  table: Table,
  tenant: string,
  key: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const query = new QueryCommand({
    TableName: table.name,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :issue)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':issue': ALIAS_SORT },
    Limit: MOST_ISSUES_PER_KEY,
  });
  const { Items = [] } = await callTable(signal, () => table.reader.send(query));
  return Items.flatMap((item) => issueOfAlias(String(item.sk)) ?? []);
};
