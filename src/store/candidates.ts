import type { Ref } from '../domain/link.ts';
import { aliasPartition, candidateKey, candidateSortPrefix, issueOfAlias, refOfCandidate } from './keys.ts';
import { putRows } from './put-rows.ts';
import { queryPage } from './read-items.ts';
import type { Item, Table } from './table-client.ts';

/** Makes every one of these keys lead to the commits that name it, for ever: an issue may come later. */
export const putCandidates = (
  table: Table,
  tenant: string,
  named: { key: string; ref: Ref }[],
  signal: AbortSignal,
): Promise<void> =>
  putRows(
    table,
    named.map(({ key, ref }) => candidateKey(tenant, key, ref)),
    signal,
  );

/** One page of the commits or pull requests that name a key, by repository and id. */
export const listNaming = async (
  table: Table,
  tenant: string,
  key: string,
  kind: Ref['kind'],
  page: { limit: number; after: Item | null },
  signal: AbortSignal,
): Promise<{ refs: Ref[]; last: Item | null }> => {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':kind': candidateSortPrefix(kind) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage(table, query, ['pk', 'sk'], page.limit, page.after, signal);
  return { refs: items.flatMap((item) => refOfCandidate(String(item.sk)) ?? []), last };
};

/** Everything under a key: issues that have or had it, and what names it. `last` is null on the last page. */
export type KeyPage = { issue_ids: string[]; refs: Ref[]; last: Item | null };

/** One page of what lies under a key, in one call: commits, then aliases, then pull requests. */
export const readKeyPage = async (
  table: Table,
  tenant: string,
  key: string,
  page: { limit: number; after: Item | null },
  signal: AbortSignal,
): Promise<KeyPage> => {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage(table, query, ['pk', 'sk'], page.limit, page.after, signal);
  const names = items.map((item) => String(item.sk));
  return {
    issue_ids: names.flatMap((name) => issueOfAlias(name) ?? []),
    refs: names.flatMap((name) => refOfCandidate(name) ?? []),
    last,
  };
};
