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
 * What became of a signed body: a fresh outcome, the same bytes as before, or a reason to keep it aside. `read` is null
 * when nothing was.
 */
export type Taken = { event_id: string; idempotency_key: string; read: Read | null } & (
  | { kind: 'accepted'; outcome: Outcome }
  | { kind: 'duplicate' }
  | { kind: 'quarantined'; problem: Problem; fresh: boolean }
);

/** What was read of a body. */
type Read = Pick<DeliveryRead & { kind: 'read' }, 'facts' | 'nature'>;

type TakeDeps = { events: EventStore; log: Logger };

/** What is the same at every attempt to take one body: its identity, and what is needed to read it. */
type Delivered = Identity &
  Sent &
  Pick<StoredEvent, 'secret' | 'connection_id' | 'query' | 'warnings' | 'headers'>;

/** A body, whose it is, and what was read of it. */
export type Received = { body: Uint8Array; delivered: Delivered; read: DeliveryRead };

const STORED_FOR_REPAIR: Problem = {
  type: 'stored-for-repair',
  status: 422,
  detail:
    'The body is kept, but its contents could not be stored. Operators: fix the cause, then replay the event.',
  errors: [],
};

/**
 * Takes a signed body in: parse, normalize, snapshot, event. Whatever it holds, it is kept.
 * @param sent what the sender calls the delivery and its event, and the name of the key it signed with
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
 * Takes in what was read of a body: the one way into the table, of deliveries and of what we read ourselves.
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

/** What an event says of the run that wrote it. Nobody waited for what we read ourselves. */
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

/** The same bytes were here before: a duplicate, or, while they are in quarantine, the answer they got. */
const seenBefore = (event: StoredEvent, identity: Identity, read: Read | null): Taken => {
  if (event.outcome === 'quarantined' && event.problem)
    return { kind: 'quarantined', problem: event.problem, fresh: false, read, ...ids(identity) };
  return { kind: 'duplicate', read, ...ids(identity) };
};

/** Snapshot before event: an event in the table means that its snapshot is in. */
const store = async (deps: TakeDeps, received: Received, run: Run): Promise<Taken> => {
  const { body, delivered, read } = received;
  if (read.kind === 'refused') return quarantine(deps, received, run, read.problem, read.facts);
  const { facts, delivery } = read;
  const contents = toContents(delivered, facts, null);
  const stored = await prepareEventBody(deps.events, contents, body, run.signal);
  const outcome = await storeDelivery(deps.events.table, delivery, delivered, run.signal);
  const accepted: Taken = { kind: 'accepted', outcome, read, ...ids(delivered) };
  // What we read ourselves and is older than what is known tells nobody anything, unless it is of another key.
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
 * True for what its connection kept aside and would take by now: people can widen a connection's rules at any time. A
 * built-in source answers the same as before, since only a replay releases there.
 */
const isTakenAgain = (before: StoredEvent, delivered: Delivered): boolean =>
  delivered.connection_id !== undefined && isReleasedBy(before, delivered);
