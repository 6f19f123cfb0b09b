import { DAY_MS, MINUTE_MS, toPhoenixDay } from '../../domain/instant.ts';
import { SENT_FEEDS } from '../../domain/source.ts';
import { firstRunIdAt } from '../../platform/run-id.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { type Consistency, readRowsOf } from '../../store/calls/rows.ts';
import type { Table } from '../../store/calls/table.ts';
import { type EventEntry, eventsOfDay } from '../../store/events/day.ts';
import { isExpired } from '../../store/events/event-row.ts';
import { readProcessing } from '../../store/events/processing.ts';
import type { SweepMark } from '../../store/events/progress.ts';

/**
 * How far before its mark the sweep looks again (milliseconds): the clock of the process that received an event may
 * have been slow, or its write late.
 */
export const OVERLAP_MS = 75 * MINUTE_MS;

/**
 * The time since when events may be unprocessed: the sweep has seen all older ones processed or parked. If a clock was
 * set back, the mark may be ahead of now; then now counts.
 */
export const waitingSince = (mark: SweepMark, nowMs: number, retentionDays: number): number =>
  mark.swept_ms === null
    ? Math.max(0, nowMs - firstDays(mark, retentionDays) * DAY_MS)
    : Math.max(0, Math.min(mark.swept_ms, nowMs) - OVERLAP_MS);

/** How many days back the first sweep looks; an event released from quarantine may be three times as old as others. */
const firstDays = ({ lowered_ms }: SweepMark, retentionDays: number): number =>
  lowered_ms === null ? retentionDays : 3 * retentionDays;

/** The Phoenix days that touch `[fromMs, toMs]`, oldest first. */
export const daysBetween = (fromMs: number, toMs: number): string[] => {
  const days = new Set<string>();
  for (let ms = fromMs; ms < toMs; ms += DAY_MS) days.add(toPhoenixDay(ms));
  return [...days.add(toPhoenixDay(toMs))];
};

/** Events older than this may have expired and still be in the table: DynamoDB removes expired items days late. */
type Age = { now_ms: number; retention_days: number };

/** Pages of a day's unprocessed events, newest first; some may be empty, for callers that count what was looked at. */
export async function* waitingOfDay(
  table: Table,
  query: { tenant: string; day: string; from_ms: number; to_ms: number } & Age,
  newSignal: () => AbortSignal,
): AsyncGenerator<{ looked_at: number; waiting: EventEntry[] }> {
  for await (const entries of eventsOfDay(
    { table, tenant: query.tenant, newSignal },
    { ...query, feeds: SENT_FEEDS, outcome: null },
  ))
    yield { looked_at: entries.length, waiting: await withoutStatus(table, entries, query, newSignal()) };
}

/**
 * The events without a status. Quarantined events are left out: they wait for a replay. Nearly all events have a
 * status, which stays, so an eventually consistent read is enough; only events that seem to have none are read again,
 * strongly consistent.
 */
const withoutStatus = async (
  table: Table,
  entries: EventEntry[],
  age: Age,
  signal: AbortSignal,
): Promise<EventEntry[]> => {
  const due = entries.filter(({ outcome }) => outcome !== 'quarantined');
  const seemPending = await stillPending(table, due, age, signal, 'eventual');
  const pending = await stillPending(table, seemPending, age, signal, 'strong');
  return withoutExpired(table, pending, age, signal);
};

const stillPending = async (
  table: Table,
  entries: EventEntry[],
  { now_ms }: Age,
  signal: AbortSignal,
  consistency: Consistency,
): Promise<EventEntry[]> => {
  const ids = entries.map(({ event_id }) => event_id);
  const processing = await readProcessing({ table, signal }, ids, now_ms, consistency);
  return entries.filter((_, index) => processing[index]?.status === 'pending');
};

/** Reads only rows old enough to have expired; an event released from quarantine is kept longer than others. */
const withoutExpired = async (
  table: Table,
  entries: EventEntry[],
  { now_ms, retention_days }: Age,
  signal: AbortSignal,
): Promise<EventEntry[]> => {
  const oldest = firstRunIdAt(Math.max(0, now_ms - retention_days * DAY_MS));
  const old = entries.filter(({ run_id }) => run_id < oldest);
  const rows = await readRowsOf({ table, signal }, old, ({ event_id }) => eventKey(event_id));
  const gone = new Set(rows.flatMap(([entry, row]) => (row && !isExpired(row, now_ms) ? [] : [entry])));
  return entries.filter((entry) => !gone.has(entry));
};
