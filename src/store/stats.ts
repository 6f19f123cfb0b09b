import { toPhoenixDay } from '../domain/instant.ts';
import { firstRunIdAt } from '../platform/run-id.ts';
import { listDay } from './list-day.ts';
import type { Item, Table } from './table-client.ts';

export type Counts = {
  outcomes: { applied: number; stale: number; recorded: number; quarantined: number };
  event_types: Record<string, number>;
  /** False when there are more events than were counted. */
  complete: boolean;
};

const MOST_COUNTED = 10_000;
const PAGE = 1_000;
const HOUR_MS = 3_600_000;

/** The Phoenix days that touch the last `hours`, newest first. */
const daysBack = (nowMs: number, hours: number): string[] => {
  const days = new Set<string>();
  for (let hour = 0; hour <= hours; hour += 1) days.add(toPhoenixDay(nowMs - hour * HOUR_MS));
  return [...days];
};

const countBy = (items: Item[], attribute: string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = item[attribute];
    if (typeof value === 'string') counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return counts;
};

/** Entries of a day back to `since`, at most `most` and one. */
const entriesOfDay = async (
  table: Table,
  tenant: string,
  day: string,
  since: string,
  most: number,
  signal: AbortSignal,
): Promise<Item[]> => {
  const entries: Item[] = [];
  let before: string | null = null;
  do {
    const query = { tenant, day, outcome: null, before, limit: PAGE };
    const page: { items: Item[]; next: string | null } = await listDay(table, query, signal);
    entries.push(...page.items.filter((item) => String(item.run_id) >= since));
    before = page.next;
  } while (before !== null && before >= since && entries.length <= most);
  return entries;
};

/** Counts the events received in the last `hours`, the newest 10,000 at most. */
export const countEvents = async (
  table: Table,
  tenant: string,
  nowMs: number,
  hours: number,
  signal: AbortSignal,
): Promise<Counts> => {
  const since = firstRunIdAt(nowMs - hours * HOUR_MS);
  const entries: Item[] = [];
  for (const day of daysBack(nowMs, hours)) {
    if (entries.length > MOST_COUNTED) break;
    entries.push(...(await entriesOfDay(table, tenant, day, since, MOST_COUNTED - entries.length, signal)));
  }
  const counted = entries.slice(0, MOST_COUNTED);
  const outcomes = countBy(counted, 'outcome');
  const count = (outcome: string): number => outcomes.get(outcome) ?? 0;
  return {
    outcomes: {
      applied: count('applied'),
      stale: count('stale'),
      recorded: count('recorded'),
      quarantined: count('quarantined'),
    },
    event_types: Object.fromEntries(countBy(counted, 'event_type')),
    complete: entries.length <= MOST_COUNTED,
  };
};
