import * as z from 'zod/mini';
import { type EventFacts, OUTCOMES, PROBLEM_TYPES, type Problem } from '../../domain/delivery.ts';
import { SOURCES } from '../../domain/source.ts';

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
}) satisfies z.ZodMiniType<EventFacts>;

const problem = z.object({
  type: z.enum(PROBLEM_TYPES),
  status: z.number(),
  detail: text,
  errors: z.array(z.object({ path: text, message: text })),
}) satisfies z.ZodMiniType<Problem>;

/** What is known of an event before it is decided what becomes of it: the first line of its compressed body. */
export const eventMeta = z.object({
  tenant: text,
  source: z.enum(SOURCES),
  /** Null when the body could not be read. */
  facts: z.nullable(facts),
  idempotency_key: text,
  received_ms: z.number(),
  problem: z.nullable(problem),
  /** What the sender's event header said, which a replay needs again; null when there is none, and in older rows. */
  event_name: z._default(textOrNull, null),
  /** Name of the key that verified the body, never the key; null in rows of before it was kept. */
  secret: z._default(textOrNull, null),
  /** True when the raw body lies in the artifact store because it does not fit into an item. */
  raw_stored_apart: z.boolean(),
});

/** What a row says of its event beside that. Its other attributes only place it in indexes, and let it expire. */
export const eventRow = z.object({
  pk: text.check(z.regex(/^E#./)),
  sk: z.literal('E'),
  run_id: text,
  outcome: z.enum(OUTCOMES),
  body: z.instanceof(Uint8Array),
});

export type EventMeta = z.output<typeof eventMeta>;

/** What is known of an event before it is decided what becomes of it. */
export type EventContents = EventMeta & { event_id: string };

/** An event as the stages know it, before it is a row and after. */
export type StoredEvent = EventContents & Pick<z.output<typeof eventRow>, 'outcome' | 'run_id'>;
