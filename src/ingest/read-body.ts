import type { EventFacts, NormalizedDelivery, Problem } from '../domain/delivery.ts';
import type { Source } from '../domain/source.ts';
import { isKnownEvent } from '../senders/jira/event-names.ts';
import { normalize } from '../senders/jira/normalize.ts';
import { parseDelivery } from '../senders/jira/parse.ts';
import { COMMIT_SENDERS } from '../senders/registry.ts';
import { commitFacts, normalizeCommits } from '../senders/shared/normalize.ts';
import type { Nature } from '../senders/shared/recognised.ts';

/** Whose body it is, and what the header beside it called its event. */
export type Sent = { source: Source; event_name: string | null };

/** What a signed body says. `delivery` is null where the event is all there is to store: commits are unpacked later. */
export type BodyRead =
  | { kind: 'refused'; problem: Problem }
  | { kind: 'read'; facts: EventFacts; nature: Nature; delivery: NormalizedDelivery | null };

/** Reads a body as its source writes it. Never throws. `nowMs` is when it is read. */
export const readBody = ({ source, event_name }: Sent, body: Uint8Array, nowMs: number): BodyRead => {
  if (source === 'jira') {
    const parsed = parseDelivery(body);
    if (parsed.kind === 'refused') return parsed;
    const delivery = normalize(parsed.delivery, nowMs);
    const nature = isKnownEvent(delivery.facts.event_type) ? 'known' : 'other';
    return { kind: 'read', facts: delivery.facts, nature, delivery };
  }
  const parsed = COMMIT_SENDERS[source].parse(body, event_name);
  if (parsed.kind === 'refused') return parsed;
  const facts = commitFacts(normalizeCommits(parsed.delivery));
  return { kind: 'read', facts, nature: parsed.delivery.nature, delivery: null };
};
