import { listGroups } from './gap-groups.ts';
import { type GapKind, gapPartition } from './keys.ts';
import { queryPage, readRowsOf } from './read-items.ts';
import type { Item, Key, Table } from './table-client.ts';

/** Where a listing goes on: after this entry of this group. */
export type GapPosition = { group: string; pk: string; sk: string; gap_sk: string };

/** One gap as of now: its row, and where to go on after it. */
export type Gap = { position: GapPosition; row: Item };

export type GapQuery = {
  tenant: string;
  kind: Exclude<GapKind, 'parked'>;
  /** Project or repository; null for all. */
  group: string | null;
  /** Only entries from this sort key on; null for all. */
  from: string | null;
  newest_first: boolean;
};

const PAGE = 50;
const GROUPS_PAGE = 100;

async function* allGroups(
  table: Table,
  { tenant, kind, group }: GapQuery,
  first: string | null,
  signal: AbortSignal,
): AsyncGenerator<string> {
  if (group !== null) {
    yield group;
    return;
  }
  let after = first;
  if (first !== null) yield first;
  for (;;) {
    const groups = await listGroups(table, tenant, kind, after, GROUPS_PAGE, signal);
    yield* groups;
    if (groups.length < GROUPS_PAGE) return;
    after = groups.at(-1) ?? null;
  }
}

const toKey = (item: Item): Key => ({ pk: String(item.pk), sk: String(item.sk) });

/** The index follows the rows with a delay: what is no gap any more, or another one now, is left out. */
const current = async (table: Table, group: string, entries: Item[], signal: AbortSignal): Promise<Gap[]> => {
  const rows = await readRowsOf(table, entries, toKey, signal);
  return rows.flatMap(([entry, row]) => {
    const same = row && row.gap_pk === entry.gap_pk && row.gap_sk === entry.gap_sk;
    return same ? [{ position: { group, ...toKey(entry), gap_sk: String(entry.gap_sk) }, row }] : [];
  });
};

const startKey = (tenant: string, query: GapQuery, group: string, after: GapPosition | null): Item | null =>
  after && after.group === group
    ? { pk: after.pk, sk: after.sk, gap_pk: gapPartition(tenant, query.kind, group), gap_sk: after.gap_sk }
    : null;

/** Pages of gaps, group by group; a page may be empty. */
export async function* listGaps(
  table: Table,
  query: GapQuery,
  after: GapPosition | null,
  signal: AbortSignal,
): AsyncGenerator<Gap[]> {
  const { tenant, kind, from, newest_first } = query;
  for await (const group of allGroups(table, query, after?.group ?? null, signal)) {
    const index = {
      IndexName: 'by_gap',
      KeyConditionExpression: `gap_pk = :group${from === null ? '' : ' AND gap_sk >= :from'}`,
      ExpressionAttributeValues: {
        ':group': gapPartition(tenant, kind, group),
        ...(from === null ? {} : { ':from': from }),
      },
      ScanIndexForward: !newest_first,
    };
    let start = startKey(tenant, query, group, after);
    do {
      const names = ['pk', 'sk', 'gap_pk', 'gap_sk'];
      const { items, last } = await queryPage(table, index, names, PAGE, start, signal);
      yield await current(table, group, items, signal);
      start = last;
    } while (start !== null);
  }
}
