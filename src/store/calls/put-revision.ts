import { putIf } from './conditional-write.ts';
import type { TableCall } from './place.ts';
import type { Item, Key } from './table-client.ts';

/** The revision a derived row was read at; null when there was none. */
export type Revision = number | null;

export const revisionOf = (row: Item | null): Revision =>
  row && typeof row.rev === 'number' ? row.rev : null;

/** The revision a row has once it is put over the one that was read. */
export const nextRevision = (read: Revision): number => (read ?? 0) + 1;

/**
 * Puts a derived row if its revision is still the one that was read before anything it is derived from.
 * @returns false when somebody else has written it since: read everything again
 */
export const putRevision = async (place: TableCall, item: Item & Key, read: Revision): Promise<boolean> => {
  const revised = { ...item, rev: nextRevision(read) };
  const put =
    read === null
      ? { item: revised, condition: 'attribute_not_exists(pk)' }
      : { item: revised, condition: 'rev = :read', values: { ':read': read } };
  const result = await putIf(place, put);
  return result.written;
};
