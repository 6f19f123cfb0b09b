import type { EventFacts } from '../../domain/delivery.ts';
import type { EventView, Processing } from '../../domain/event.ts';
import { toPhoenixIso, toUtcIso } from '../../domain/instant.ts';
import type { StoredEvent } from './event-definition.ts';
import { PENDING } from './processing.ts';

const NO_FACTS: EventFacts = {
  issue_id: null,
  issue_key: null,
  project_key: null,
  event_type: '',
  issue_event_type: null,
  changes: [],
  actor: null,
  occurred_ms: 0,
  unread_fields: [],
};

/** Waits for replay, not for correlation. */
const NOT_NEEDED: Processing = { ...PENDING, status: 'not_needed' };

/**
 * The event as `GET /events/{event_id}` shows it.
 * @param processing what is written beside it
 */
export const toEventView = (event: StoredEvent, processing: Processing = PENDING): EventView => {
  const { occurred_ms, event_type, ...facts } = event.facts ?? NO_FACTS;
  return {
    event_id: event.event_id,
    source: event.source,
    ...facts,
    event_type: event_type === '' ? null : event_type,
    outcome: event.outcome,
    idempotency_key: event.idempotency_key,
    occurred_at: occurred_ms === 0 ? null : toUtcIso(occurred_ms),
    received_at: toPhoenixIso(event.received_ms),
    processing: event.outcome === 'quarantined' ? NOT_NEEDED : processing,
    problem: event.problem,
    run_id: event.run_id,
  };
};
