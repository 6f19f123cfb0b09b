import * as z from 'zod/mini';
// Not as `z.core.$ZodError`: that would bundle all of zod with its 50 languages.
import { $ZodError } from 'zod/v4/core';
import { TTL_ATTRIBUTE } from '../../contract/table.ts';
import { OUTCOMES, type Outcome } from '../../domain/delivery.ts';
import { UnreadableRowError } from '../../errors/errors.ts';
import { dayPartition, eventKey, issuePartition, namedKeyPartition } from '../calls/keys.ts';
import type { Item, Key } from '../calls/table.ts';
import { type DecodedBody, decodeEventBody, type EventContents } from './event-body.ts';

/** An event, before it is stored and as it is read back. */
export type StoredEvent = EventContents &
  Pick<z.output<typeof eventRow>, 'outcome' | 'run_id' | 'duration_ms'>;

/**
 * An event as it is stored; `raw` are its raw bytes unless they are stored apart, `bytes` how many were decompressed.
 */
export type DecodedEvent = { event: StoredEvent; raw: Buffer | null; bytes: number };

/**
 * The row of an event. No payload value reaches a key unchecked: issue ids are digits, issue keys are checked. The
 * event type is the only other payload value outside the compressed body: a lone surrogate in it would not be UTF-8.
 * @param body as `encodeEventBody` made it
 */
export const eventItem = (event: StoredEvent, body: Uint8Array, expiresAt: number): Item & Key => ({
  ...eventKey(event.event_id),
  run_id: event.run_id,
  day_pk: dayPartition(event),
  outcome: event.outcome,
  source: event.source,
  event_type: event.facts?.event_type.toWellFormed(),
  connection_id: event.connection_id,
  duration_ms: event.duration_ms,
  ...placeInIssue(event),
  [TTL_ATTRIBUTE]: expiresAt,
  body,
});

/** Where an event is listed under its issue. A rule's body may name only a key; ingest does not look up the id. */
const placeInIssue = ({ tenant, source, facts }: StoredEvent): Item => {
  if (facts === null) return {};
  const { issue_id, issue_key, occurred_ms } = facts;
  if (issue_id) return { issue_pk: issuePartition(tenant, issue_id), occurred_ms };
  return source === 'automation' && issue_key
    ? { issue_pk: namedKeyPartition(tenant, issue_key), occurred_ms }
    : {};
};

const DAY_SECONDS = 86_400;

/** When an event that is kept from `fromMs` on expires, in seconds since the epoch. */
export const expirySeconds = (fromMs: number, outcome: Outcome, retentionDays: number): number =>
  Math.ceil(fromMs / 1000) + retentionDays * DAY_SECONDS * (outcome === 'quarantined' ? 3 : 1);

/** The attributes of a row that are read. The others only place it in indexes and let it expire. */
const eventRow = z.object({
  pk: z.string().check(z.regex(/^E#./)),
  sk: z.literal('E'),
  run_id: z.string(),
  outcome: z.enum(OUTCOMES),
  /** From the start of the request until the event was written; only present for a delivery. */
  duration_ms: z.optional(z.number()),
  body: z.instanceof(Uint8Array),
});

/** The event of a row. @throws UnreadableRowError for a row that `eventItem` cannot have made */
export const decodeEvent = (row: Item): DecodedEvent => {
  const fitting = eventRow.safeParse(row);
  if (!fitting.success) throw new UnreadableRowError(row, fieldIn(fitting.error), fitting.error);
  const { body, outcome, run_id, duration_ms } = fitting.data;
  const { meta, ...rest } = openBody(row, body);
  return { event: { ...meta, event_id: eventIdOf(row), outcome, run_id, duration_ms }, ...rest };
};

/** The path of the first field that zod refused: only names and indexes, no values. */
const fieldIn = (error: $ZodError): string => error.issues[0]?.path.join('.') ?? '';

const openBody = (row: Item, body: Uint8Array): DecodedBody => {
  try {
    return decodeEventBody(body);
  } catch (fault) {
    const field = fault instanceof $ZodError ? fieldIn(fault) : '';
    throw new UnreadableRowError(row, field === '' ? 'body' : `body.${field}`, fault);
  }
};

const ID_BEGINS = 'E#'.length;

/** The event id of an event's row, index entry or status row. @throws UnreadableRowError */
export const eventIdOf = (entry: Item): string => {
  const { pk } = entry;
  if (typeof pk !== 'string' || !pk.startsWith('E#')) throw new UnreadableRowError(entry, 'pk', null);
  return pk.slice(ID_BEGINS);
};

/**
 * The tenant of an event's row, without decoding it: day partitions begin with it. Null for a row without one.
 */
export const tenantOfRow = ({ day_pk }: Item): string | null =>
  typeof day_pk === 'string' ? day_pk.slice(0, day_pk.indexOf('#')) : null;

/** True for an expired row that DynamoDB has not removed yet. */
export const isExpired = (row: Item, nowMs: number): boolean =>
  typeof row[TTL_ATTRIBUTE] === 'number' && row[TTL_ATTRIBUTE] * 1000 <= nowMs;
