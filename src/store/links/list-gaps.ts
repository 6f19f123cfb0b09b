import { type GapKind, workPartition } from '../calls/keys.ts';
import { queryPage, readRowsOf } from '../calls/rows.ts';
import type { Item, Key, TableCall } from '../calls/table.ts';
import { listGroups } from './gap-groups.ts';

/** Behind an entry of a group, or, without its keys, behind the whole group. */
export type GapPosition = { group: string } | EntryPosition;

type EntryPosition = { group: string; pk: string; sk: string; work_sk: string };

/** One entry: its row as of now, null when that is no gap any more; and where to go on behind it. */
export type GapEntry = { position: EntryPosition; row: Item | null };

export type GapQuery = {
  tenant: string;
  kind: GapKind;
  /** Projects or repositories; null for all. */
  groups: readonly string[] | null;
  /** Only entries from this sort key on; null for all. */
  from: string | null;
  newest_first: boolean;
};

const PAGE = 50;
const GROUPS_PAGE = 100;

const isEntry = (position: GapPosition): position is EntryPosition => 'pk' in position;

/** Where the entries of a group begin: behind this one, if it is the group's. */
const entryIn = (group: string, after: GapPosition | null): EntryPosition | null =>
  after !== null && isEntry(after) && after.group === group ? after : null;

async function* groupsAfter(
  { table, signal }: TableCall,
  { tenant, kind }: GapQuery,
  first: string | null,
): AsyncGenerator<string> {
  let after = first;
  for (;;) {
    const groups = await listGroups({ table, tenant, signal }, kind, after, GROUPS_PAGE);
    yield* groups;
    if (groups.length < GROUPS_PAGE) return;
    after = groups.at(-1) ?? null;
  }
}

/** The groups to look at, in their order: that of an entry to go on behind comes first. */
export async function* gapGroups(
  place: TableCall,
  query: GapQuery,
  after: GapPosition | null,
): AsyncGenerator<string> {
  const isBegun = after !== null && isEntry(after);
  if (query.groups !== null) {
    const last = after === null ? -1 : query.groups.indexOf(after.group);
    yield* query.groups.slice(isBegun ? last : last + 1);
    return;
  }
  if (isBegun) yield after.group;
  yield* groupsAfter(place, query, after?.group ?? null);
}

const toKey = (item: Item): Key => ({ pk: String(item.pk), sk: String(item.sk) });

/** The index follows the rows with a delay: what is no gap any more, or another one now, has no row. */
const current = async (place: TableCall, group: string, entries: Item[]): Promise<GapEntry[]> => {
  const rows = await readRowsOf(place, entries, toKey);
  return rows.map(([entry, row]) => {
    const same = row?.work_pk === entry.work_pk && row?.work_sk === entry.work_sk;
    return { position: { group, ...toKey(entry), work_sk: String(entry.work_sk) }, row: same ? row : null };
  });
};

const startKey = (partition: string, after: EntryPosition | null): Item | null =>
  after && { pk: after.pk, sk: after.sk, work_pk: partition, work_sk: after.work_sk };

/** Pages of a group's entries; a page may be empty. `after` counts only if it is in this group. */
export async function* gapsOfGroup(
  { table, signal }: TableCall,
  { tenant, kind, from, newest_first }: GapQuery,
  group: string,
  after: GapPosition | null,
): AsyncGenerator<GapEntry[]> {
  const partition = workPartition(tenant, kind, group);
  const index = {
    IndexName: 'worklist',
    KeyConditionExpression: `work_pk = :group${from === null ? '' : ' AND work_sk >= :from'}`,
    ExpressionAttributeValues: { ':group': partition, ...(from === null ? {} : { ':from': from }) },
    ScanIndexForward: !newest_first,
  };
  let start = startKey(partition, entryIn(group, after));
  do {
    const names = ['pk', 'sk', 'work_pk', 'work_sk'];
    const { items, last } = await queryPage({ table, signal }, index, names, PAGE, start);
    yield await current({ table, signal }, group, items);
    start = last;
  } while (start !== null);
}
