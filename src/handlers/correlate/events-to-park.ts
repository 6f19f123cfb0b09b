import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { isExpired } from '../../store/event-row.ts';
import { eventKey, snapshotKey } from '../../store/keys.ts';
import { getItem, type Item } from '../../store/table-client.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import type { Due, Unit } from './units.ts';

const eventOf = (snapshot: Item | null): string | null => {
  const id = snapshot?.event_id ?? snapshot?.deleted_event_id;
  return typeof id === 'string' ? id : null;
};

/**
 * The events under which a failed unit is parked: its own, or, when only the snapshot's record came, the event
 * the snapshot shows. Without an event, or with one that has expired, there is nothing to park: its sender will bring it.
 */
export const eventsToPark = async (
  deps: Pick<BatchDeps, 'table' | 'tenant' | 'clock'>,
  unit: Unit,
): Promise<Due[]> => {
  if (unit.events.length > 0 || unit.kind !== 'issue') return unit.events;
  const { table, tenant, signal } = newScope(deps);
  const event_id = eventOf(await getItem(table, snapshotKey(tenant, unit.issue_id), signal));
  const event = event_id === null ? null : await getItem(table, eventKey(event_id), signal);
  if (event_id === null || event === null || isExpired(event, deps.clock())) return [];
  return [{ event_id, expires_at: Number(event[TTL_ATTRIBUTE]) }];
};
