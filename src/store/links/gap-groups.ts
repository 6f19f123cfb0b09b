import { type GapKind, gapGroupsPartition } from '../calls/keys.ts';
import { nameOf, putRows, queryPage } from '../calls/rows.ts';
import type { Item, Place, Table } from '../calls/table.ts';

/** A sort key cannot be empty, and a story may have no project. */
const PREFIX = 'G#';

/** Groups this process has registered: they are never taken away, so once is enough. */
const registered = new WeakMap<Table, Set<string>>();

const registeredIn = (table: Table): Set<string> => {
  const known = registered.get(table) ?? new Set<string>();
  registered.set(table, known);
  return known;
};

/** Makes a project (or repository) one of those a listing without a filter goes through. Before its first gap. */
export const registerGroup = async (
  { table, tenant, signal }: Place,
  kind: GapKind,
  group: string,
): Promise<void> => {
  const row = { pk: gapGroupsPartition(tenant, kind), sk: `${PREFIX}${group}` };
  const known = registeredIn(table);
  const name = nameOf(row);
  if (known.has(name)) return;
  await putRows({ table, signal }, [row]);
  known.add(name);
};

/** Up to `limit` groups that follow `after` in their order; `after` null begins. */
export const listGroups = async (
  { table, tenant, signal }: Place,
  kind: GapKind,
  after: string | null,
  limit: number,
): Promise<string[]> => {
  const pk = gapGroupsPartition(tenant, kind);
  const start: Item | null = after === null ? null : { pk, sk: `${PREFIX}${after}` };
  const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
  const { items } = await queryPage({ table, signal }, query, ['pk', 'sk'], limit, start);
  return items.map((item) => String(item.sk).slice(PREFIX.length));
};
