import fc from 'fast-check';
import { OUTCOMES, PROBLEM_TYPES } from '../../src/domain/delivery.ts';
import { EVENT_SOURCES } from '../../src/domain/source.ts';
import type { StoredEvent } from '../../src/store/events/event-row.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });
const textOrNull = fc.option(text);
const ms = fc.integer({ min: 0, max: 253_402_300_799_999 });

const change = fc.record({
  field: textOrNull,
  field_id: textOrNull,
  from: textOrNull,
  from_string: textOrNull,
  to: textOrNull,
  to_string: textOrNull,
});

/** Events of older code say none of them. */
const traits = fc.record(
  { issue_type: text, priority: text, request_type: text, labels: fc.array(text, { maxLength: 3 }) },
  { requiredKeys: [] },
);

const otherFacts = fc.record({
  issue_id: fc.option(fc.stringMatching(/^[1-9][0-9]{0,17}$/)),
  issue_key: textOrNull,
  project_key: textOrNull,
  event_type: text,
  issue_event_type: textOrNull,
  changes: fc.array(change, { maxLength: 5 }),
  actor: fc.option(fc.record({ id: textOrNull, display_name: textOrNull })),
  occurred_ms: ms,
  unread_fields: fc.array(text, { maxLength: 3 }),
});

const facts = fc.tuple(otherFacts, traits).map(([some, more]) => ({ ...some, ...more }));

const problem = fc.record({
  type: fc.constantFrom(...PROBLEM_TYPES),
  status: fc.constantFrom(400, 422),
  detail: text,
  errors: fc.array(fc.record({ path: text, message: text }), { maxLength: 3 }),
});

/** Any event as the store keeps it. */
export const anyEvent: fc.Arbitrary<StoredEvent> = fc.record({
  tenant: fc.stringMatching(/^[a-z]{1,10}$/),
  event_id: fc.stringMatching(/^evt_[0-9a-f]{40}$/),
  source: fc.constantFrom(...EVENT_SOURCES),
  outcome: fc.constantFrom(...OUTCOMES),
  facts: fc.option(facts),
  idempotency_key: text,
  received_ms: ms,
  run_id: fc.ulid(),
  problem: fc.option(problem),
  event_name: textOrNull,
  secret: textOrNull,
  connection_id: fc.option(fc.stringMatching(/^con_[A-Za-z0-9_-]{22}$/), { nil: undefined }),
  warnings: fc.option(fc.array(text, { maxLength: 2 }), { nil: undefined }),
  query: fc.option(text, { nil: undefined }),
  headers: fc.option(fc.dictionary(fc.stringMatching(/^[a-z-]{1,20}$/), text), { nil: undefined }),
  duration_ms: fc.option(fc.nat(), { nil: undefined }),
  raw_stored_apart: fc.boolean(),
});
