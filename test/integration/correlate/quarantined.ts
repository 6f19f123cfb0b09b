import { sha256Hex } from '../../../src/domain/event-id.ts';
import { newRunId } from '../../../src/platform/run-id.ts';
import type { StoredEvent } from '../../../src/store/events/event-row.ts';
import { prepareEventBody, putEvent } from '../../../src/store/events/put-event.ts';
import type { TestApp } from '../../support/app.ts';

/** Stores a commits body as a parser of yesterday did that could not read it. Answers the event's id. */
export const putQuarantined = async (app: TestApp, body: string, receivedMs: number): Promise<string> => {
  const signal = AbortSignal.timeout(10_000);
  const event: StoredEvent = {
    tenant: app.events.tenant,
    event_id: `evt_${sha256Hex(body).slice(0, 40)}`,
    source: 'commits',
    outcome: 'quarantined',
    facts: null,
    idempotency_key: 'some identifier',
    received_ms: receivedMs,
    run_id: newRunId(receivedMs),
    problem: { type: 'not-a-commit-delivery', status: 422, detail: 'As it was.', errors: [] },
    event_name: null,
    secret: null,
    raw_stored_apart: false,
  };
  const stored = await prepareEventBody(app.events, event, Buffer.from(body), signal);
  await putEvent(app.events, event, stored, signal);
  return event.event_id;
};
