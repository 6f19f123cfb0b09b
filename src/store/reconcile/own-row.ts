import { putIf, type Revision } from '../calls/conditional-write.ts';
import type { Item, Key, TableCall } from '../calls/table.ts';

/**
 * Puts a row of which a runner is the only writer, unless it was written since it was read. A try whose answer was lost
 * is recognised by the runner's id, and counts.
 * @param by unique id of the runner
 * @returns the revision that was written, null if another runner had written
 */
export const putOwn = async (
  place: TableCall,
  item: Item & Key,
  read: Revision,
  by: string,
): Promise<number | null> => {
  const rev = (read ?? 0) + 1;
  const condition =
    read === null
      ? { condition: 'attribute_not_exists(pk)' }
      : { condition: 'rev = :read', values: { ':read': read } };
  const result = await putIf(place, { item: { ...item, rev, by }, ...condition });
  if (result.written) return rev;
  const row = await result.row();
  return row?.rev === rev && row.by === by ? rev : null;
};
