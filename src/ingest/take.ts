import type { EventFacts, Outcome, Problem } from '../domain/delivery.ts';
import { eventId, sha256Hex } from '../domain/event-id.ts';
import type { Source } from '../domain/source.ts';
import { RefusedItemError } from '../errors/errors.ts';
import type { Run } from '../http/request.ts';
import { steadyClock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { EventContents } from '../store/events/event-body.ts';
import type { StoredEvent } from '../store/events/event-row.ts';
import { type EventStore, prepareEventBody, putEventOnce } from '../store/events/put-event.ts';
import type { DeliveryHeaders } from './delivery-headers.ts';
import { type DeliveryRead, readDelivery, type Sent } from './read-delivery.ts';
import { isReleasedBy, release } from './release.ts';
import { type Identity, storeDelivery } from './store.ts';

/**
 * The result for an authenticated body: accepted with its outcome, a duplicate, or quarantined with the problem. `read`
 * is null if nothing could be read.
 */
export type Taken = { event_id: string; idempotency_key: string; read: Read | null } & (
  | { kind: 'accepted'; outcome: Outcome }
  | { kind: 'duplicate' }
  | { kind: 'quarantined'; problem: Problem; fresh: boolean }
);

type Read = Pick<DeliveryRead & { kind: 'read' }, 'facts' | 'nature'>;

type TakeDeps = { events: EventStore; log: Logger };

/** What stays the same at every attempt to take one body: its identity, and what is needed to read it. */
type Delivered = Identity &
  Sent &
  Pick<StoredEvent, 'secret' | 'connection_id' | 'query' | 'warnings' | 'headers'>;

/** A body, its origin, and what was read of it. */
export type Received = { body: Uint8Array; delivered: Delivered; read: DeliveryRead };

const STORED_FOR_REPAIR: Problem = {
  type: 'stored-for-repair',
  status: 422,
  detail:
    'The body is kept, but its contents could not be stored. Operators: fix the cause, then replay the event.',
  errors: [],
};

/**
 * Takes a signed body: parse, normalize, snapshot, event. A body that cannot be read is quarantined, never dropped.
 * @param sent the headers of the delivery, and the name of the key that matched
 * @throws UnavailableError when a write is not durable; the sender must retry
 */
export const takeBody = async (
  deps: TakeDeps & { tenant: string; source: Source },
  body: Uint8Array,
  { identifier, event_name, headers, secret }: DeliveryHeaders & Pick<StoredEvent, 'secret'>,
  run: Run,
): Promise<Taken> => {
  const bodySha256 = sha256Hex(body);
  const delivered: Delivered = {
    tenant: deps.tenant,
    source: deps.source,
    event_id: eventId(deps.tenant, deps.source, bodySha256),
    event_name,
    secret,
    headers,
    idempotency_key: identifier ?? bodySha256,
    received_ms: run.received_ms,
  };
  return takeRead(deps, { body, delivered, read: readDelivery(delivered, body, run.received_ms) }, run);
};

/**
 * Stores what was read of a body: the only way into the table, for deliveries and for observations.
 * @throws UnavailableError when a write is not durable
 */
export const takeRead = async (deps: TakeDeps, received: Received, run: Run): Promise<Taken> => {
  try {
    return await store(deps, received, run);
  } catch (fault) {
    if (!(fault instanceof RefusedItemError)) throw fault;
    deps.log.error(
      { alarm: 'item-refused', run_id: run.run_id, event_id: received.delivered.event_id },
      'the table refused an item',
    );
    return quarantine(deps, received, run, STORED_FOR_REPAIR);
  }
};

const quarantine = async (
  deps: TakeDeps,
  { body, delivered }: Received,
  run: Run,
  problem: Problem,
  facts: EventFacts | null = null,
): Promise<Taken> => {
  const contents = toContents(delivered, facts, problem);
  const stored = await prepareEventBody(deps.events, contents, body, run.signal);
  const event: StoredEvent = { ...contents, outcome: 'quarantined', ...ofRun(run, delivered) };
  const before = await putEventOnce(deps.events, event, { stored, raw: body }, run.signal);
  return before
    ? seenBefore(before, delivered, null)
    : { kind: 'quarantined', problem, fresh: true, read: null, ...ids(delivered) };
};

const toContents = (
  delivered: Delivered,
  facts: EventFacts | null,
  problem: Problem | null,
): EventContents => ({
  ...delivered,
  facts,
  problem,
  raw_stored_apart: false,
});

/** The run that wrote an event. An observation has no duration, because no sender waited for it. */
const ofRun = (
  { run_id, began }: Run,
  { source }: Delivered,
): Pick<StoredEvent, 'run_id' | 'duration_ms'> => ({
  run_id,
  duration_ms: source === 'reconcile' ? undefined : Math.round(steadyClock() - began.steady),
});

const ids = (identity: Identity) => ({
  event_id: identity.event_id,
  idempotency_key: identity.idempotency_key,
});

/** The answer to bytes that are already stored: `duplicate`, or, while they are quarantined, the problem again. */
const seenBefore = (event: StoredEvent, identity: Identity, read: Read | null): Taken => {
  if (event.outcome === 'quarantined' && event.problem)
    return { kind: 'quarantined', problem: event.problem, fresh: false, read, ...ids(identity) };
  return { kind: 'duplicate', read, ...ids(identity) };
};

/** Writes the snapshot before the event, so that a stored event implies a stored snapshot. */
const store = async (deps: TakeDeps, received: Received, run: Run): Promise<Taken> => {
  const { body, delivered, read } = received;
  if (read.kind === 'refused') return quarantine(deps, received, run, read.problem, read.facts);
  const { facts, delivery } = read;
  const contents = toContents(delivered, facts, null);
  const stored = await prepareEventBody(deps.events, contents, body, run.signal);
  const outcome = await storeDelivery(deps.events.table, delivery, delivered, run.signal);
  const accepted: Taken = { kind: 'accepted', outcome, read, ...ids(delivered) };
  // A stale observation is not stored as an event, unless it has more than one key.
  const tellsKey = (delivery?.keys.length ?? 0) > 1;
  if (outcome === 'stale' && delivered.source === 'reconcile' && !tellsKey) return accepted;
  const event: StoredEvent = { ...contents, outcome, ...ofRun(run, delivered) };
  const before = await putEventOnce(deps.events, event, { stored, raw: body }, run.signal);
  if (before === null) return accepted;
  if (!isTakenAgain(before, delivered)) return seenBefore(before, delivered, read);
  const now = { ...event, raw: body, now_ms: run.received_ms };
  return (await release(deps.events, before, now, run.signal))
    ? accepted
    : { kind: 'duplicate', read, ...ids(delivered) };
};

/**
 * True for a stored event that its connection would now take, because its rules were widened. A redelivery to a
 * built-in webhook is answered as before: there only a replay releases.
 */
const isTakenAgain = (before: StoredEvent, delivered: Delivered): boolean =>
  delivered.connection_id !== undefined && isReleasedBy(before, delivered);
