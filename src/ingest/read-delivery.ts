import type { EventFacts, NormalizedDelivery, Problem } from '../domain/delivery.ts';
import type { JsonObject } from '../domain/json.ts';
import { type CommitSource, type EventSource, isCommitSource } from '../domain/source.ts';
import { readAutomation } from '../senders/automation/parse.ts';
import type { Named } from '../senders/automation/shape.ts';
import { isKnownEvent } from '../senders/jira/event-names.ts';
import { normalize } from '../senders/jira/normalize.ts';
import { toObservation } from '../senders/jira/observation.ts';
import { parseDelivery } from '../senders/jira/parse.ts';
import { COMMIT_SENDERS } from '../senders/registry.ts';
import { commitFacts, normalizeCommits } from '../senders/shared/normalize.ts';
import type { Nature } from '../senders/shared/recognised.ts';

/** The source of a body, and its event's name in the delivery's header. */
export type Sent = {
  source: EventSource;
  event_name: string | null;
  /** Event types for a body that names none; only for `automation`. */
  named?: Named;
};

/**
 * What was read of a body. `delivery` is null if only the event is to be stored, as for commits, which correlation
 * reads later. `facts` of a refused body: what it is probably about.
 */
export type DeliveryRead =
  | { kind: 'refused'; problem: Problem; facts?: EventFacts | null }
  | {
      kind: 'read';
      facts: EventFacts;
      nature: Nature;
      delivery: NormalizedDelivery | null;
      /** The parsed body; null for commits. */
      json: JsonObject | null;
      /** Warnings about how it was read, for people. */
      warnings?: readonly string[];
    };

/** Reads a body in its source's format. Never throws. `nowMs` is when it is read. */
export const readDelivery = (sent: Sent, body: Uint8Array, nowMs: number): DeliveryRead => {
  const { source, event_name } = sent;
  if (isCommitSource(source)) return readCommits(source, event_name, body);
  if (source === 'automation') return readUnsigned(sent, body, nowMs);
  const parsed = parseDelivery(body);
  if (parsed.kind === 'refused') return parsed;
  const delivery = normalize(parsed.delivery, nowMs);
  const json = parsed.delivery.body;
  if (source === 'reconcile') {
    const observed = toObservation(parsed.delivery, delivery);
    return 'problem' in observed
      ? { kind: 'refused', ...observed }
      : toRead(observed.delivery, 'known', json);
  }
  return toRead(delivery, natureOf(delivery), json);
};

const natureOf = ({ facts }: NormalizedDelivery): Nature =>
  isKnownEvent(facts.event_type) ? 'known' : 'other';

const UNNAMED: Named = { query_event_type: null, default_event_type: null };

/** `receivedMs`: no time in an unsigned body may be later than its receipt. */
const readUnsigned = ({ named = UNNAMED }: Sent, body: Uint8Array, receivedMs: number): DeliveryRead => {
  const read = readAutomation(body, named, receivedMs);
  if (read.kind === 'refused') return read;
  const { delivery, json, warnings } = read;
  return { ...toRead(delivery, natureOf(delivery), json), warnings };
};

const toRead = (
  delivery: NormalizedDelivery,
  nature: Nature,
  json: JsonObject,
): DeliveryRead & { kind: 'read' } => ({
  kind: 'read',
  facts: delivery.facts,
  nature,
  delivery,
  json,
});

const readCommits = (source: CommitSource, eventName: string | null, body: Uint8Array): DeliveryRead => {
  const parsed = COMMIT_SENDERS[source].parse(body, eventName);
  if (parsed.kind === 'refused') return parsed;
  const facts = commitFacts(normalizeCommits(parsed.delivery));
  return { kind: 'read', facts, nature: parsed.delivery.nature, delivery: null, json: null };
};
