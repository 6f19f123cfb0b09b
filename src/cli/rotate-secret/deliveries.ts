import { toPhoenixDay } from '../../domain/instant.ts';
import type { Source } from '../../domain/source.ts';
import { chunks } from '../../platform/chunks.ts';
import type { Clock } from '../../platform/clock.ts';
import { eventKey } from '../../store/calls/keys.ts';
import { readRows } from '../../store/calls/rows.ts';
import type { Table } from '../../store/calls/table.ts';
import { decodeEvent, isExpired } from '../../store/events/event-row.ts';
import { eventsOfDay } from '../../store/events/events-of-day.ts';
import { withStore } from '../shared/connection.ts';
import { itemDeadline } from '../shared/limits.ts';
import type { TableFlags } from '../shared/place.ts';

/** The name of the key that verified a delivery, null for one stored before names were kept; when it came. */
export type Use = { secret: string | null; received_ms: number };

/**
 * A source's deliveries, from their events: a body that was sent again has none of its own. Both throw a
 * CommandError when the table cannot be used.
 */
export type Deliveries = {
  /** The newest ones, newest first. */
  newest(): Promise<Use[]>;
  /** The newest one since then that this key verified, or null. */
  newestUseOf(key: string, sinceMs: number): Promise<Use | null>;
};

/** Deliveries that are shown. */
const SHOWN = 25;
/** Events of all sources that are looked at: other sources may deliver far more. */
const MOST_LOOKED_AT = 2_000;
const ROWS_AT_A_TIME = 100;
/** The receivers' clocks may be ahead of this one. */
const CLOCKS_APART_MS = 5 * 60_000;
const DAY_MS = 86_400_000;

/** Phoenix days from `toMs` back to `fromMs`, newest first. */
const daysBetween = (fromMs: number, toMs: number): string[] => {
  const days = new Set<string>();
  for (let ms = toMs; ms > fromMs; ms -= DAY_MS) days.add(toPhoenixDay(ms));
  return [...days.add(toPhoenixDay(fromMs))];
};

/** In which table, and whose. */
type Of = { table: Table; tenant: string };

/** Ids of the events received in the range, newest first, of all sources. */
async function* eventIds({ table, tenant }: Of, from_ms: number, to_ms: number): AsyncGenerator<string[]> {
  let left = MOST_LOOKED_AT;
  for (const day of daysBetween(from_ms, to_ms)) {
    const query = { day, outcome: null, from_ms, to_ms };
    for await (const page of eventsOfDay({ table, tenant, newSignal: itemDeadline }, query)) {
      yield page.slice(0, left).map(({ event_id }) => event_id);
      left -= page.length;
      if (left <= 0) return;
    }
  }
}

/** A source's uses in the range, newest first. */
async function* uses(of: Of, source: Source, fromMs: number, nowMs: number): AsyncGenerator<Use> {
  for await (const page of eventIds(of, fromMs, nowMs + CLOCKS_APART_MS))
    for (const ids of chunks(page, ROWS_AT_A_TIME)) {
      const rows = await readRows({ table: of.table, signal: itemDeadline() }, ids.map(eventKey));
      for (const row of rows) {
        if (row === null || isExpired(row, nowMs)) continue;
        const { event } = decodeEvent(row);
        if (event.source === source) yield event;
      }
    }
}

const newestUses = async (of: Of, source: Source, fromMs: number, nowMs: number): Promise<Use[]> => {
  const newest: Use[] = [];
  for await (const { secret, received_ms } of uses(of, source, fromMs, nowMs)) {
    newest.push({ secret, received_ms });
    if (newest.length === SHOWN) break;
  }
  return newest;
};

/** The deliveries in the table that flags, environment or running instance name. */
export const deliveriesOf = (flags: TableFlags, source: Source, clock: Clock): Deliveries => ({
  newest: () =>
    withStore(flags, (store) => newestUses(store, source, clock() - store.retention_days * DAY_MS, clock())),
  newestUseOf: (key, sinceMs) =>
    withStore(flags, async (store) => {
      for await (const { secret, received_ms } of uses(store, source, sinceMs, clock()))
        if (secret === key) return { secret, received_ms };
      return null;
    }),
});
