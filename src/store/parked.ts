import { LAST_MS } from '../platform/run-id.ts';
import { gapPartition, timeSort } from './keys.ts';
import { queryPage } from './read-items.ts';
import type { Item, Table } from './table-client.ts';

/** Partition of `by_gap` for parked events: those that the sweep tries again, or those that wait for a replay. */
export const parkedPartition = (tenant: string, retryable: boolean): string =>
  gapPartition(tenant, 'parked', retryable ? 'retryable' : '');

const NAMES = ['pk', 'sk', 'gap_pk', 'gap_sk'];

/** The most one page holds. */
const PAGE = 1_000;

/**
 * Pages of the ids of events that were parked before a time (epoch milliseconds), the longest parked first.
 * @param newSignal ends one page
 */
export async function* listParked(
  table: Table,
  query: { tenant: string; retryable: boolean; before_ms: number },
  newSignal: () => AbortSignal,
): AsyncGenerator<string[]> {
  const search = {
    IndexName: 'by_gap',
    KeyConditionExpression: 'gap_pk = :parked AND gap_sk < :before',
    ExpressionAttributeValues: {
      ':parked': parkedPartition(query.tenant, query.retryable),
      ':before': timeSort(query.before_ms),
    },
  };
  let after: Item | null = null;
  do {
    const page: { items: Item[]; last: Item | null } = await queryPage(
      table,
      search,
      NAMES,
      PAGE,
      after,
      newSignal(),
    );
    yield page.items.map((item) => String(item.pk).slice('E#'.length));
    after = page.last;
  } while (after !== null);
}

/** Ids of up to `most` parked events: those that wait for a replay, then the others, each the longest parked first. */
export const allParked = async (
  table: Table,
  tenant: string,
  most: number,
  newSignal: () => AbortSignal,
): Promise<string[]> => {
  const ids: string[] = [];
  for (const retryable of [false, true])
    for await (const page of listParked(table, { tenant, retryable, before_ms: LAST_MS }, newSignal)) {
      ids.push(...page);
      if (ids.length >= most) return ids.slice(0, most);
    }
  return ids;
};
