import type { EventFacts, Outcome, Problem } from './delivery.ts';

/** `not_needed` where correlation has nothing to do, and everywhere until it exists. */
type Processing = {
  status: 'pending' | 'processed' | 'failed' | 'not_needed';
  attempts: number;
  first_at: string | null;
  last_at: string | null;
  reason: string | null;
};

/** The event as `GET /events/{event_id}` answers it. A quarantined body may have no readable facts. */
export type EventView = Omit<EventFacts, 'occurred_ms' | 'event_type'> & {
  event_id: string;
  source: string;
  event_type: string | null;
  outcome: Outcome;
  idempotency_key: string;
  occurred_at: string | null;
  received_at: string;
  processing: Processing;
  problem: Problem | null;
  run_id: string;
};
