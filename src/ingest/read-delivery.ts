import type { EventFacts, NormalizedDelivery, Problem } from '../domain/delivery.ts';
import type { JsonObject } from '../domain/json.ts';
import { type CommitSource, type EventSource, isCommitSource } from '../domain/source.ts';
import { isKnownEvent } from '../senders/jira/event-names.ts';
import { normalize } from '../senders/jira/normalize.ts';
import { toObservation } from '../senders/jira/observation.ts';
import { parseDelivery } from '../senders/jira/parse.ts';
import { COMMIT_SENDERS } from '../senders/registry.ts';
import { commitFacts, normalizeCommits } from '../senders/shared/normalize.ts';
import type { Nature } from '../senders/shared/recognised.ts';

/** Whose body it is, and what the header beside it called its event. */
export type Sent = { source: EventSource; event_name: string | null };

/** What a signed body says. `delivery` is null where the event is all there is to store: commits are unpacked later. */
export type DeliveryRead =
  | { kind: 'refused'; problem: Problem }
  | {
      kind: 'read';
      facts: EventFacts;
      nature: Nature;
      delivery: NormalizedDelivery | null;
      /** The parsed body, where it is at hand. */
      json: JsonObject | null;
    };

/** Reads a body as its source writes it. Never throws. `nowMs` is when it is read. */
export const readDelivery = ({ source, event_name }: Sent, body: Uint8Array, nowMs: number): DeliveryRead => {
  if (isCommitSource(source)) return readCommits(source, event_name, body);
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
  return toRead(delivery, isKnownEvent(delivery.facts.event_type) ? 'known' : 'other', json);
};

const toRead = (delivery: NormalizedDelivery, nature: Nature, json: JsonObject): DeliveryRead => ({
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
