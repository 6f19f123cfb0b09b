import pMap from 'p-map';
import type { Outcome } from '../../domain/delivery.ts';
import { toPhoenixDay } from '../../domain/instant.ts';
import type { Table } from '../../store/calls/table.ts';
import { eventsOfDay } from '../../store/events/day.ts';
import { listParked } from '../../store/events/parked.ts';
import type { EventStore } from '../../store/events/put-event.ts';
import { itemDeadline } from '../shared/limits.ts';
import type { Selection } from './selection.ts';

const DAY_MS = 86_400_000;

/** The last time that a run id can tell: 48 bits of milliseconds. */
const LAST_MS = 2 ** 48 - 1;

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

/** In which table, and whose. */
type Of = { table: Table; tenant: string };

/** Ids of a Phoenix day's events, oldest first; of one outcome, or all. */
const idsOfDay = async ({ table, tenant }: Of, day: string, outcome: Outcome | null): Promise<string[]> => {
  const query = { day, outcome, from_ms: 0, to_ms: LAST_MS };
  const ids: string[] = [];
  for await (const page of eventsOfDay({ table, tenant, newSignal: itemDeadline }, query))
    ids.push(...page.map(({ event_id }) => event_id));
  return ids.reverse();
};

/** Ids of the parked events: those that nobody tries again, then the others. */
const parkedEvents = async ({ table, tenant }: Of, nowMs: number): Promise<string[]> => {
  const ids: string[] = [];
  for await (const page of listParked({ table, tenant, newSignal: itemDeadline }, nowMs)) ids.push(...page);
  return ids;
};

/** Ids of the selected events, oldest first, parked ones as they are listed; one that is named need not be there. */
export const findEvents = async (
  events: EventStore & Of,
  selection: Selection,
  nowMs: number,
): Promise<string[]> => {
  if (selection.kind === 'event') return [selection.id];
  if (selection.kind === 'parked') return parkedEvents(events, nowMs);
  const { outcome } = selection;
  if (selection.kind === 'day') return idsOfDay(events, selection.day, outcome);
  const days = daysHolding(selection.outcome, events.retention_days, nowMs);
  return (await pMap(days, (day) => idsOfDay(events, day, outcome), { concurrency: DAYS_AT_A_TIME })).flat();
};
