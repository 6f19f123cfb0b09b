import pMap from 'p-map';
import type { Outcome } from '../../domain/delivery.ts';
import { isEventId } from '../../domain/event-id.ts';
import { DAY_MS, toPhoenixDay } from '../../domain/instant.ts';
import { isCalendarDay } from '../../domain/phoenix-day.ts';
import { SENT_FEEDS } from '../../domain/source.ts';
import type { Table } from '../../store/calls/table.ts';
import { eventsOfDay } from '../../store/events/day.ts';
import { listParked } from '../../store/events/parked.ts';
import type { EventStore } from '../../store/events/put-event.ts';
import { UsageError } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';

/** Which events: one, those of a Phoenix day (of one outcome or all), all of an outcome, or the parked ones. */
export type Selection =
  | { kind: 'event'; id: string }
  | { kind: 'day'; day: string; outcome: Outcome | null }
  | { kind: 'outcome'; outcome: Outcome }
  | { kind: 'parked' };

/** What the options select. @throws UsageError when they select nothing or contradict each other */
export const readSelection = (options: {
  event?: string;
  outcome?: Outcome;
  date?: string;
  parked?: true;
}): Selection => {
  const { event, outcome, date, parked } = options;
  if (parked && (event ?? outcome ?? date) !== undefined)
    throw new UsageError('--parked means all parked events: leave out --event, --outcome and --date');
  if (parked) return { kind: 'parked' };
  if (event !== undefined && (outcome ?? date) !== undefined)
    throw new UsageError('--event names one event: leave out --outcome and --date');
  if (event !== undefined) return { kind: 'event', id: readEventId(event) };
  if (date !== undefined) return { kind: 'day', day: readDay(date), outcome: outcome ?? null };
  if (outcome !== undefined) return { kind: 'outcome', outcome };
  throw new UsageError('Choose what to replay: --event ID, --outcome OUTCOME, --date yyyy-mm-dd or --parked');
};

const readEventId = (id: string): string => {
  if (isEventId(id)) return id;
  throw new UsageError(`${id} is not an event id: expected evt_ and 40 hex digits`);
};

const readDay = (day: string): string => {
  if (isCalendarDay(day)) return day;
  throw new UsageError(`${day} is not a day such as 2026-11-22`);
};

/** The latest time that a run id can contain: 48 bits of milliseconds. */
const LAST_MS = 2 ** 48 - 1;

/** Days read concurrently; each is spread over eight partitions. */
const DAYS_AT_A_TIME = 4;

/** The table and the tenant. */
type Of = { table: Table; tenant: string };

/** The Phoenix days that can still hold events with this outcome, oldest first. */
export const daysHolding = (outcome: Outcome, retentionDays: number, nowMs: number): string[] => {
  const oldest = oldestDay(outcome, retentionDays);
  return Array.from({ length: oldest + 1 }, (_, index) => toPhoenixDay(nowMs - (oldest - index) * DAY_MS));
};

/** How many days ago the oldest event with this outcome can have arrived; quarantined ones live three times as long. */
const oldestDay = (outcome: Outcome, retentionDays: number): number =>
  outcome === 'quarantined' ? 3 * retentionDays : retentionDays;

/** Ids of the selected events, oldest first; parked ones in the order of their list. A given id need not exist. */
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

/** Ids of the parked events: first those that are not retried, then the others. */
const parkedEvents = async ({ table, tenant }: Of, nowMs: number): Promise<string[]> => {
  const ids: string[] = [];
  for await (const page of listParked({ table, tenant, newSignal: itemDeadline }, nowMs)) ids.push(...page);
  return ids;
};

/** Ids of a Phoenix day's events, oldest first; of one outcome, or all. */
const idsOfDay = async ({ table, tenant }: Of, day: string, outcome: Outcome | null): Promise<string[]> => {
  const query = { day, feeds: SENT_FEEDS, outcome, from_ms: 0, to_ms: LAST_MS };
  const ids: string[] = [];
  for await (const page of eventsOfDay({ table, tenant, newSignal: itemDeadline }, query))
    ids.push(...page.map(({ event_id }) => event_id));
  return ids.reverse();
};
