import { TTL_ATTRIBUTE } from '../contract/table.ts';
import { boundFacts, withChangesPath } from '../domain/bound-changes.ts';
import type { EventFacts, Outcome, Problem } from '../domain/delivery.ts';
import type { Source } from '../domain/source.ts';
import { compress, decompress } from '../platform/codec.ts';
import { dayPartition, eventKey, issuePartition } from './keys.ts';
import type { Item, Key } from './table-client.ts';

/** An event as the stages know it, before it is a row and after. */
export type StoredEvent = {
  tenant: string;
  event_id: string;
  source: Source;
  outcome: Outcome;
  /** Null when the body could not be read. */
  facts: EventFacts | null;
  idempotency_key: string;
  received_ms: number;
  run_id: string;
  problem: Problem | null;
  /** What the sender's event header said, which a replay needs again; null when there is none. */
  event_name: string | null;
  /** Name of the key that verified the body, never the key; null in rows of before it was kept. */
  secret: string | null;
  /** True when the raw body lies in the artifact store because it does not fit into an item. */
  raw_stored_apart: boolean;
};

/** What is known of an event before it is decided what becomes of it. */
export type EventContents = Omit<StoredEvent, 'outcome' | 'run_id'>;

/** The first line of the compressed body; the raw bytes follow it. */
type Meta = Omit<EventContents, 'event_id'>;

const DAY_SECONDS = 86_400;
const NEWLINE = 0x0a;

/** Largest compressed body in bytes; the rest of an item's 409,600 is room for keys, indexes and what is not signed. */
export const MAX_EVENT_BODY_BYTES = 380_000;

/**
 * What was read from the body and the raw bytes in one compressed attribute: the changes repeat the raw
 * text, so together they cost hardly more than the raw text alone.
 */
export const encodeEventBody = (event: EventContents, raw: Uint8Array): Buffer => {
  const {
    tenant,
    source,
    facts,
    idempotency_key,
    received_ms,
    problem,
    event_name,
    secret,
    raw_stored_apart,
  } = event;
  const meta: Meta = {
    tenant,
    source,
    facts,
    idempotency_key,
    received_ms,
    problem,
    event_name,
    secret,
    raw_stored_apart,
  };
  const line = `${JSON.stringify(meta)}\n`;
  return compress(Buffer.concat([Buffer.from(line), raw_stored_apart ? new Uint8Array() : raw]));
};

/** Seconds since the epoch after which an event expires that is kept from `fromMs` on. */
export const expirySeconds = (fromMs: number, outcome: Outcome, retentionDays: number): number =>
  Math.ceil(fromMs / 1000) + retentionDays * DAY_SECONDS * (outcome === 'quarantined' ? 3 : 1);

/**
 * No payload value reaches a key: the issue id is checked digits, the rest is ours. The event type is the
 * only other one outside the compressed body: half a surrogate pair in it would be no UTF-8 on the wire.
 */
export const eventItem = (event: StoredEvent, body: Uint8Array, expiresAt: number): Item & Key => ({
  ...eventKey(event.event_id),
  run_id: event.run_id,
  day_pk: dayPartition(event.tenant, event.event_id, event.received_ms),
  outcome: event.outcome,
  source: event.source,
  event_type: event.facts?.event_type.toWellFormed(),
  ...(event.facts?.issue_id
    ? { issue_pk: issuePartition(event.tenant, event.facts.issue_id), occurred_ms: event.facts.occurred_ms }
    : {}),
  [TTL_ATTRIBUTE]: expiresAt,
  body,
});

/** Whose event a row is, without opening it: the partitions of a day begin with it. Null for a row that is none of ours. */
export const tenantOfRow = ({ day_pk }: Item): string | null =>
  typeof day_pk === 'string' ? day_pk.slice(0, day_pk.indexOf('#')) : null;

/** True for a row that DynamoDB has not removed yet although its time is over. */
export const isExpired = (row: Item, nowMs: number): boolean =>
  typeof row[TTL_ATTRIBUTE] === 'number' && row[TTL_ATTRIBUTE] * 1000 <= nowMs;

/** Events of older code keep every change that was sent, up to a million: of longer lines only this much is parsed. */
const MOST_PARSED_BYTES = 4_000_000;

/** These stand nowhere else in the line: within a text every quotation mark has a backslash before it. */
const CHANGES = { begin: '"changes":[', next: '},{"field":', end: '],"actor":' };

/** The line without the later ones of its changes, which are by far the largest part. */
const withFewerChanges = (line: Buffer): string => {
  const begin = line.indexOf(CHANGES.begin) + CHANGES.begin.length;
  const end = line.indexOf(CHANGES.end, begin);
  const next = line.lastIndexOf(CHANGES.next, begin + MOST_PARSED_BYTES / 2);
  const kept = next < begin ? begin : next + 1;
  return line.subarray(0, kept).toString() + line.subarray(end).toString();
};

const readMeta = (line: Buffer): Meta => {
  const isLong = line.length > MOST_PARSED_BYTES && line.includes(CHANGES.begin);
  const meta: Meta = JSON.parse(isLong ? withFewerChanges(line) : line.toString());
  if (meta.facts === null) return meta;
  const facts = boundFacts(meta.facts);
  return {
    ...meta,
    facts: isLong ? { ...facts, unread_fields: withChangesPath(facts.unread_fields) } : facts,
  };
};

/** An event as it is stored; `raw` are its raw bytes unless they are stored apart, `bytes` how many were decompressed. */
export type DecodedEvent = { event: StoredEvent; raw: Buffer | null; bytes: number };

/** The event of a row. Its changes are bounded, also where older code stored more. */
export const decodeEvent = (row: Item): DecodedEvent => {
  const bytes = decompress(row.body as Uint8Array);
  const end = bytes.indexOf(NEWLINE);
  const meta = readMeta(bytes.subarray(0, end));
  const event: StoredEvent = {
    ...meta,
    // Older rows have neither.
    event_name: meta.event_name ?? null,
    secret: meta.secret ?? null,
    event_id: String(row.pk).slice('E#'.length),
    outcome: row.outcome as Outcome,
    run_id: String(row.run_id),
  };
  return { event, raw: meta.raw_stored_apart ? null : bytes.subarray(end + 1), bytes: bytes.length };
};
