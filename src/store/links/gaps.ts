import { type GapKind, gapGroupsPartition, workPartition } from '../calls/keys.ts';
import { nameOf, putRows, queryPage, queryPages, readRowsOf } from '../calls/rows.ts';
import type { Item, Key, Place, Table, TableCall } from '../calls/table.ts';

/** The position after an entry of a group, or, without the entry's keys, after the whole group. */
export type GapPosition = { group: string } | EntryPosition;

type EntryPosition = { group: string; pk: string; sk: string; work_sk: string };

/** One entry: its current row, null when that is no gap any more, and the position to continue after. */
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

/** The groups to list, in their order, after `after`; if that is an entry, its group comes first. */
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

const GROUPS_PAGE = 100;

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

/** A sort key cannot be empty, and a story may have no project. */
const GROUP_PREFIX = 'G#';

/** Up to `limit` groups after `after`, in their order; null starts with the first. */
const listGroups = async (
  { table, tenant, signal }: Place,
  kind: GapKind,
  after: string | null,
  limit: number,
): Promise<string[]> => {
  const pk = gapGroupsPartition(tenant, kind);
  const start: Item | null = after === null ? null : { pk, sk: `${GROUP_PREFIX}${after}` };
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
  const { items } = await queryPage({ table, signal }, query, ['pk', 'sk'], limit, start);
  return items.map((item) => String(item.sk).slice(GROUP_PREFIX.length));
};

const PAGE = 50;

/** Pages of a group's entries; a page may be empty. `after` is ignored unless it is in this group. */
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
  const names = ['pk', 'sk', 'work_pk', 'work_sk'];
  const start = startKey(partition, entryIn(group, after));
  for await (const items of queryPages(() => ({ table, signal }), index, names, PAGE, start))
    yield await current({ table, signal }, group, items);
}

/** The entry to continue after, if it is in this group. */
const entryIn = (group: string, after: GapPosition | null): EntryPosition | null =>
  after !== null && isEntry(after) && after.group === group ? after : null;

const isEntry = (position: GapPosition): position is EntryPosition => 'pk' in position;

/** Reads the current rows, because the index lags: an entry that is no gap any more, or has moved, gets a null row. */
const current = async (place: TableCall, group: string, entries: Item[]): Promise<GapEntry[]> => {
  const rows = await readRowsOf(place, entries, toKey);
  return rows.map(([entry, row]) => {
    const same = row?.work_pk === entry.work_pk && row?.work_sk === entry.work_sk;
    return { position: { group, ...toKey(entry), work_sk: String(entry.work_sk) }, row: same ? row : null };
  });
};

const toKey = (item: Item): Key => ({ pk: String(item.pk), sk: String(item.sk) });

const startKey = (partition: string, after: EntryPosition | null): Item | null =>
  after && { pk: after.pk, sk: after.sk, work_pk: partition, work_sk: after.work_sk };

/** Adds a project (or repository) to those a listing without a filter covers. To be called before its first gap. */
export const registerGroup = async (
  { table, tenant, signal }: Place,
  kind: GapKind,
  group: string,
): Promise<void> => {
  const row = { pk: gapGroupsPartition(tenant, kind), sk: `${GROUP_PREFIX}${group}` };
  const known = registeredIn(table);
  const name = nameOf(row);
  if (known.has(name)) return;
  await putRows({ table, signal }, [row]);
  known.add(name);
};

/** Groups that this process has registered. Groups are never removed, so once is enough. */
const registered = new WeakMap<Table, Set<string>>();

const registeredIn = (table: Table): Set<string> => {
  const known = registered.get(table) ?? new Set<string>();
  registered.set(table, known);
  return known;
};
