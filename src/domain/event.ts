import type { EventFacts, Outcome, Problem } from './delivery.ts';

/** `pending` until correlation has handled or parked the event; `not_needed` where it has nothing to do. */
export type Processing = {
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
