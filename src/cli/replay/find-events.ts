import type { Outcome } from '../../domain/delivery.ts';
import { toPhoenixDay } from '../../domain/instant.ts';
import { DEFAULT_TENANT } from '../../domain/tenant.ts';
import { eachLimit } from '../../platform/each-limit.ts';
import { listDay } from '../../store/list-day.ts';
import { listParked } from '../../store/processing.ts';
import type { EventStore } from '../../store/put-event.ts';
import type { Item, Table } from '../../store/table-client.ts';
import { itemDeadline } from '../shared/limits.ts';
import type { Selection } from './selection.ts';

const DAY_MS = 86_400_000;
const PAGE = 1_000;

/** Days looked at together; each is spread over eight partitions. */
const DAYS_AT_A_TIME = 4;

/** How many days ago the oldest event with this outcome can have come; quarantined ones live three times as long. */
const oldestDay = (outcome: Outcome, retentionDays: number): number =>
  outcome === 'quarantined' ? 3 * retentionDays : retentionDays;

/** The Phoenix days that can still hold events with this outcome, oldest first. */
export const daysHolding = (outcome: Outcome, retentionDays: number, nowMs: number): string[] => {
  const oldest = oldestDay(outcome, retentionDays);
  return Array.from({ length: oldest + 1 }, (_, index) => toPhoenixDay(nowMs - (oldest - index) * DAY_MS));
};

/** Ids of a Phoenix day's events, oldest first; of one outcome, or all. */
const eventsOfDay = async (table: Table, day: string, outcome: Outcome | null): Promise<string[]> => {
  const ids: string[] = [];
  let before: string | null = null;
  do {
    const query = { tenant: DEFAULT_TENANT, day, outcome, before, limit: PAGE };
    const page: { items: Item[]; next: string | null } = await listDay(table, query, itemDeadline());
    ids.push(...page.items.map((item) => String(item.pk).slice('E#'.length)));
    before = page.next;
  } while (before !== null);
  return ids.reverse();
};

/** Ids of the parked events, the longest parked first. */
const parkedEvents = async (table: Table): Promise<string[]> => {
  const ids: string[] = [];
  let after: Item | null = null;
  do {
    const page: { event_ids: string[]; last: Item | null } = await listParked(
      table,
      DEFAULT_TENANT,
      { limit: PAGE, after },
      itemDeadline(),
    );
    ids.push(...page.event_ids);
    after = page.last;
  } while (after !== null);
  return ids;
};

/** Ids of the selected events, oldest first; one that is named need not be there. */
export const findEvents = async (
  events: EventStore,
  selection: Selection,
  nowMs: number,
): Promise<string[]> => {
  if (selection.kind === 'event') return [selection.id];
  if (selection.kind === 'parked') return parkedEvents(events.table);
  const { outcome } = selection;
  if (selection.kind === 'day') return eventsOfDay(events.table, selection.day, outcome);
  const days = daysHolding(selection.outcome, events.retention_days, nowMs);
  return (await eachLimit(days, DAYS_AT_A_TIME, (day) => eventsOfDay(events.table, day, outcome))).flat();
};
