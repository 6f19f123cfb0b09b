import * as z from 'zod/mini';
import { boundFacts, withChangesPath } from '../../domain/bound-changes.ts';
import { type EventFacts, PROBLEM_TYPES, type Problem, type Subject } from '../../domain/delivery.ts';
import { EVENT_SOURCES } from '../../domain/source.ts';
import { compress, decompress } from '../../platform/codec.ts';

/** What is known of an event before its outcome is decided. */
export type EventContents = EventMeta & { event_id: string };

type EventMeta = z.output<typeof eventMeta>;

/** `raw` is null when the raw bytes are stored apart; `bytes`: how many were decompressed. */
export type DecodedBody = { meta: EventMeta; raw: Buffer | null; bytes: number };

const text = z.string();
const textOrNull = z.nullable(text);

const change = z.object({
  field: textOrNull,
  field_id: textOrNull,
  from: textOrNull,
  from_string: textOrNull,
  to: textOrNull,
  to_string: textOrNull,
});

const subject = z.union([
  z.object({ kind: z.enum(['version', 'project', 'sprint', 'issue']), id: text }),
  z.object({ kind: z.literal('version_name'), name: text }),
]) satisfies z.ZodMiniType<Subject>;

const facts = z.object({
  issue_id: textOrNull,
  issue_key: textOrNull,
  project_key: textOrNull,
  event_type: text,
  issue_event_type: textOrNull,
  changes: z.array(change),
  actor: z.nullable(z.object({ id: textOrNull, display_name: textOrNull })),
  occurred_ms: z.number(),
  unread_fields: z.array(text),
  subjects: z.optional(z.array(subject)),
  issue_type: z.optional(text),
  priority: z.optional(text),
  request_type: z.optional(text),
  labels: z.optional(z.array(text)),
}) satisfies z.ZodMiniType<EventFacts>;

const problem = z.object({
  type: z.enum(PROBLEM_TYPES),
  status: z.number(),
  detail: text,
  errors: z.array(z.object({ path: text, message: text })),
  hint: z.optional(text),
}) satisfies z.ZodMiniType<Problem>;

/** What is known of an event before its outcome is decided: the first line of its compressed body. */
const eventMeta = z.object({
  tenant: text,
  source: z.enum(EVENT_SOURCES),
  /** Null when the body could not be read. */
  facts: z.nullable(facts),
  idempotency_key: text,
  received_ms: z.number(),
  problem: z.nullable(problem),
  /** Value of the sender's event header, which a replay needs again; null if there was none, and in older rows. */
  event_name: z._default(textOrNull, null),
  /** Name of the key that verified the body, never the key; null in rows older than this field. */
  secret: z._default(textOrNull, null),
  /** The connection it came through; absent for a built-in webhook. */
  connection_id: z.optional(text),
  /** The query string of the request, without `token`; only present if it names the event. */
  query: z.optional(text),
  /** What was wrong with it for its connection when it was taken; only present if something was. */
  warnings: z.optional(z.array(text)),
  /** The headers that are kept of the request, by lower-case name; absent in older rows. */
  headers: z.optional(z.record(text, text)),
  /** True when the raw body is stored in the artifact store because it does not fit into an item. */
  raw_stored_apart: z.boolean(),
});

/** Largest compressed body in bytes; the rest of an item's 409,600 is for keys, indexes and unsigned parts. */
export const MAX_EVENT_BODY_BYTES = 380_000;

/**
 * Encodes what was read from the body, and the raw bytes, as one compressed attribute: the changes repeat the raw
 * text, so together they cost hardly more than the raw text alone.
 */
export const encodeEventBody = (event: EventContents, raw: Uint8Array): Buffer => {
  const meta: EventMeta = {
    tenant: event.tenant,
    source: event.source,
    facts: event.facts,
    idempotency_key: event.idempotency_key,
    received_ms: event.received_ms,
    problem: event.problem,
    event_name: event.event_name,
    secret: event.secret,
    connection_id: event.connection_id,
    query: event.query,
    warnings: event.warnings,
    headers: event.headers,
    raw_stored_apart: event.raw_stored_apart,
  };
  const line = `${JSON.stringify(meta)}\n`;
  return compress(Buffer.concat([Buffer.from(line), event.raw_stored_apart ? new Uint8Array() : raw]));
};

const NEWLINE = 0x0a;

/**
 * Decodes what `encodeEventBody` made. The changes are bounded, even if older code stored more.
 * @throws ZodError for what does not match the schema, and what the decompressor and the parser throw
 */
export const decodeEventBody = (body: Uint8Array): DecodedBody => {
  const bytes = decompress(body);
  const end = bytes.indexOf(NEWLINE);
  const meta = readMeta(bytes.subarray(0, end));
  return { meta, raw: meta.raw_stored_apart ? null : bytes.subarray(end + 1), bytes: bytes.length };
};

/** Events of older code hold every change that was sent, up to a million: of longer lines only this much is parsed. */
const MOST_PARSED_BYTES = 4_000_000;

/** These occur nowhere else in the line: within a JSON text every quotation mark is escaped. */
const CHANGES = { begin: '"changes":[', next: '},{"field":', end: '],"actor":' };

/** @throws ZodError, SyntaxError */
const readMeta = (line: Buffer): EventMeta => {
  const isLong = line.length > MOST_PARSED_BYTES && line.includes(CHANGES.begin);
  const meta = eventMeta.parse(JSON.parse(isLong ? withFewerChanges(line) : line.toString()));
  if (meta.facts === null) return meta;
  const facts = boundFacts(meta.facts);
  return {
    ...meta,
    facts: isLong ? { ...facts, unread_fields: withChangesPath(facts.unread_fields) } : facts,
  };
};

/** The line without its later changes, which are by far the largest part. */
const withFewerChanges = (line: Buffer): string => {
  const begin = line.indexOf(CHANGES.begin) + CHANGES.begin.length;
  const end = line.indexOf(CHANGES.end, begin);
  const next = line.lastIndexOf(CHANGES.next, begin + MOST_PARSED_BYTES / 2);
  const kept = next < begin ? begin : next + 1;
  return line.subarray(0, kept).toString() + line.subarray(end).toString();
};
