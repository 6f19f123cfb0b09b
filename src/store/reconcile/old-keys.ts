import { oldKeyKey } from '../calls/keys.ts';
import { putRows, readRows } from '../calls/rows.ts';
import type { Place } from '../calls/table.ts';

/** Those of these keys that Jira was not asked for yet. */
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

/** Jira was asked for the issues of these keys, and is not asked again, whatever it said. */
export const putAskedFor = ({ table, tenant, signal }: Place, keys: readonly string[]): Promise<void> =>
  putRows(
    { table, signal },
    keys.map((key) => oldKeyKey(tenant, key)),
  );
