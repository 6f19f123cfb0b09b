import type { Outcome } from '../../domain/delivery.ts';
import { firstRunIdAt } from '../../platform/run-id.ts';
import type { Item, Walk } from '../calls/table.ts';
import { eventIdOf } from './event-row.ts';
import { listDay } from './list-day.ts';

const PAGE = 1_000;

/** An index entry of an event: its id, when it was received, and its outcome. */
export type EventEntry = { event_id: string; run_id: string; outcome: string };

const toEntry = (entry: Item): EventEntry => ({
  event_id: eventIdOf(entry),
  run_id: String(entry.run_id),
  outcome: String(entry.outcome),
});

/**
 * Pages of the events of a Phoenix day that were received in `[from_ms, to_ms)`, newest first: those with one
 * outcome, or all.
 */
export async function* eventsOfDay(
  { table, tenant, newSignal }: Walk,
  query: { day: string; outcome: Outcome | null; from_ms: number; to_ms: number },
): AsyncGenerator<EventEntry[]> {
  const { day, outcome } = query;
  const first = firstRunIdAt(query.from_ms);
  let before: string | null = firstRunIdAt(query.to_ms);
  while (before !== null) {
    const page: { items: Item[]; next: string | null } = await listDay(
      { table, signal: newSignal() },
      { tenant, day, outcome, before, limit: PAGE },
    );
    const inRange = page.items.map(toEntry).filter(({ run_id }) => run_id >= first);
    if (inRange.length > 0) yield inRange;
    before = inRange.length < page.items.length ? null : page.next;
  }
}
