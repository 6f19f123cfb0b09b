import type { Ref } from '../../domain/link.ts';
import {
  aliasPartition,
  candidateKey,
  candidateSortPrefix,
  issueOfAlias,
  refOfCandidate,
} from '../calls/keys.ts';
import { putRows, queryPage } from '../calls/rows.ts';
import type { Item, Place } from '../calls/table.ts';

/** Makes every one of these keys lead to the commits that name it, for ever: an issue may come later. */
export const putCandidates = (
  { table, tenant, signal }: Place,
  named: { key: string; ref: Ref }[],
): Promise<void> =>
  putRows(
    { table, signal },
    named.map(({ key, ref }) => candidateKey(tenant, key, ref)),
  );

/** One page of the commits or pull requests that name a key, by repository and id. */
export const listNaming = async (
  { table, tenant, signal }: Place,
  key: string,
  kind: Ref['kind'],
  page: { limit: number; after: Item | null },
): Promise<{ refs: Ref[]; last: Item | null }> => {
  const query = {
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key), ':kind': candidateSortPrefix(kind) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage({ table, signal }, query, ['pk', 'sk'], page.limit, page.after);
  return { refs: items.flatMap((item) => refOfCandidate(String(item.sk)) ?? []), last };
};

/** Everything under a key: issues that have or had it, and what names it. `last` is null on the last page. */
export type KeyPage = { issue_ids: string[]; refs: Ref[]; last: Item | null };

/** One page of what lies under a key, in one call: commits, then aliases, then pull requests. */
export const readKeyPage = async (
  { table, tenant, signal }: Place,
  key: string,
  page: { limit: number; after: Item | null },
): Promise<KeyPage> => {
  const query = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': aliasPartition(tenant, key) },
    ConsistentRead: true,
  };
  const { items, last } = await queryPage({ table, signal }, query, ['pk', 'sk'], page.limit, page.after);
  const names = items.map((item) => String(item.sk));
  return {
    issue_ids: names.flatMap((name) => issueOfAlias(name) ?? []),
    refs: names.flatMap((name) => refOfCandidate(name) ?? []),
    last,
  };
};
