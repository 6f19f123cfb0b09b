import { updateIf } from '../calls/conditional-write.ts';
import { snapshotKey } from '../calls/keys.ts';
import type { TableCall } from '../calls/table.ts';
import { putAliases } from './aliases.ts';

export type DeletionMark = {
  tenant: string;
  issue_id: string;
  event_id: string;
  /** Time of the deletion in epoch milliseconds; null when the delivery does not say. */
  deleted_ms: number | null;
  keys: string[];
};

/** Of two marks with the same time, or none, that of the smaller event id stays, so that no order matters. */
const EARLIER = {
  timed: [
    'attribute_not_exists(deleted)',
    'attribute_not_exists(deleted_ms)',
    'deleted_ms > :ms',
    'deleted_ms = :ms AND deleted_event_id > :event',
  ].join(' OR '),
  untimed: 'attribute_not_exists(deleted) OR attribute_not_exists(deleted_ms) AND deleted_event_id > :event',
};

const values = (mark: DeletionMark) => ({
  ':true': true,
  ':event': mark.event_id,
  ...(mark.deleted_ms === null ? {} : { ':ms': mark.deleted_ms }),
});

/**
 * Marks the issue deleted beside its fields, creating the row if need be. Of several deletions the earliest stays,
 * one without a time behind those that have one. Fields and mark do not touch each other, so a late update and a
 * deletion end the same in either order. Nothing takes the mark back.
 * @returns `applied` if this delivery set the mark, now or in an earlier attempt, else `stale`.
 */
export const markDeleted = async (
  { table, signal }: TableCall,
  mark: DeletionMark,
): Promise<'applied' | 'stale'> => {
  await putAliases({ table, tenant: mark.tenant, signal }, mark.issue_id, mark.keys);
  const time = mark.deleted_ms === null ? '' : ', deleted_ms = :ms';
  const write = {
    key: snapshotKey(mark.tenant, mark.issue_id),
    update: `SET deleted = :true, deleted_event_id = :event${time}`,
    condition: mark.deleted_ms === null ? EARLIER.untimed : EARLIER.timed,
    values: values(mark),
  };
  const result = await updateIf({ table, signal }, write);
  if (result.written) return 'applied';
  return (await result.row())?.deleted_event_id === mark.event_id ? 'applied' : 'stale';
};
