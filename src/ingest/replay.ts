import type { Outcome, Problem } from '../domain/delivery.ts';
import type { Clock } from '../platform/clock.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import type { EventStore } from '../store/events/put-event.ts';
import { getEvent } from '../store/events/read-events.ts';
import { readAgain } from './connections/read-again.ts';
import { isReleasedBy, release } from './release.ts';
import { storeDelivery } from './store.ts';

export type Replayed =
  | { kind: 'replayed'; outcome: Outcome }
  | { kind: 'released'; outcome: Outcome }
  | { kind: 'still-refused'; problem: Problem }
  | { kind: 'not-found' }
  | { kind: 'body-missing' };

/**
 * Ingests a stored body again with the current parser and normalizer. This repairs a snapshot that an older normalizer
 * wrote, restores what a crash lost, releases an event from quarantine once its body can be read, and attaches an event
 * of another site to its issue once the connection allows that site. Any other event stays as it is. Idempotent.
 */
export const replayEvent = async (
  events: EventStore & { tenant: string },
  eventId: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Replayed> => {
  const found = await getEvent({ ...events, signal }, eventId, clock());
  if (!found) return { kind: 'not-found' };
  const raw = await rawOf(events, found, signal);
  if (!raw) return { kind: 'body-missing' };
  const { read, warnings } = await readAgain({ table: events.table, signal }, found.event, raw, clock());
  if (read.kind === 'refused') return { kind: 'still-refused', problem: read.problem };
  const { facts, delivery } = read;
  const outcome = await storeDelivery(events.table, delivery, found.event, signal);
  if (!isReleasedBy(found.event, { warnings })) return { kind: 'replayed', outcome };
  await release(events, found.event, { outcome, facts, warnings, raw, now_ms: clock() }, signal);
  return { kind: found.event.outcome === 'quarantined' ? 'released' : 'replayed', outcome };
};

const rawOf = (events: EventStore, found: { event: StoredEvent; raw: Buffer | null }, signal: AbortSignal) =>
  found.raw ?? events.rawBodies.get(found.event.event_id, signal);
