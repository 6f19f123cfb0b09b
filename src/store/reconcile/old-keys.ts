import { oldKeyKey } from '../calls/keys.ts';
import { putRows, readRows } from '../calls/rows.ts';
import type { Place } from '../calls/table.ts';

/** The keys among these that Jira was not asked for yet. */
export const notAskedFor = async (
  { table, tenant, signal }: Place,
  keys: readonly string[],
): Promise<string[]> => {
  const rows = await readRows(
    { table, signal },
    keys.map((key) => oldKeyKey(tenant, key)),
  );
  return keys.filter((_, index) => rows[index] === null);
};

/** Stores that Jira was asked for these keys, so that it is not asked again, whatever it answered. */
export const putAskedFor = ({ table, tenant, signal }: Place, keys: readonly string[]): Promise<void> =>
  putRows(
    { table, signal },
    keys.map((key) => oldKeyKey(tenant, key)),
  );
