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
 * How far before the sweep's mark events are looked at again (milliseconds): the clock of the process that
 * received them may have been slow, or its write late.
 */
export const OVERLAP_MS = 75 * MINUTE_MS;

/**
 * Since when events may wait: all older ones were seen handled or parked. A mark of a clock set back is ahead of now.
 */
export const waitingSince = (mark: SweepMark, nowMs: number, retentionDays: number): number =>
  mark.swept_ms === null
    ? Math.max(0, nowMs - firstDays(mark, retentionDays) * DAY_MS)
    : Math.max(0, Math.min(mark.swept_ms, nowMs) - OVERLAP_MS);

/** How far back the first sweep looks; an event that left quarantine may be three times as old as others. */
const firstDays = ({ lowered_ms }: SweepMark, retentionDays: number): number =>
  lowered_ms === null ? retentionDays : 3 * retentionDays;

/** The Phoenix days that touch `[fromMs, toMs]`, oldest first. */
export const daysBetween = (fromMs: number, toMs: number): string[] => {
  const days = new Set<string>();
  for (let ms = fromMs; ms < toMs; ms += DAY_MS) days.add(toPhoenixDay(ms));
  return [...days.add(toPhoenixDay(toMs))];
};

/** What is as old as that may have expired: DynamoDB removes such events days late. */
type Age = { now_ms: number; retention_days: number };

/** Pages of a day's events that wait to be processed, newest first; empty pages too, for callers that count. */
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
 * Those without a status. Quarantined ones wait for replay, not for correlation. Nearly all have one, which stays: so
 * the cheaper read is enough for them, and only what it does not find is asked for once more.
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

/** Only what is that old is read: one that left quarantine lives longer than its age says. */
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
