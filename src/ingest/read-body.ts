import type { EventFacts, NormalizedDelivery, Problem } from '../domain/delivery.ts';
import type { Source } from '../domain/source.ts';
import { isKnownEvent } from '../senders/jira/event-names.ts';
import { normalize } from '../senders/jira/normalize.ts';
import { parseDelivery } from '../senders/jira/parse.ts';
import { normalizeCommits } from '../senders/normalize-commits.ts';
import { parseCommits } from '../senders/parse-commits.ts';
import { commitFacts } from '../senders/shared/facts.ts';
import type { RecognisedCommits } from '../senders/shared/recognised.ts';

/** Whose body it is, and what the header beside it called its event. */
export type Sent = { source: Source; event_name: string | null };

/**
 * What an event is, by its signed body: GitHub's question whether anybody is there, an event whose contents are known,
 * or any other.
 */
type Nature = 'ping' | 'known' | 'other';

/** What a signed body says. `delivery` is null where the event is all there is to store: commits are unpacked later. */
export type BodyRead =
  | { kind: 'refused'; problem: Problem }
  | { kind: 'read'; facts: EventFacts; nature: Nature; delivery: NormalizedDelivery | null };

const NATURES: Partial<Record<RecognisedCommits['kind'], Nature>> = { ping: 'ping', nothing_listed: 'other' };

/** Reads a body as its source writes it. Never throws. `nowMs` is when it is read. */
export const readBody = ({ source, event_name }: Sent, body: Uint8Array, nowMs: number): BodyRead => {
  if (source === 'jira') {
    const parsed = parseDelivery(body);
    if (parsed.kind === 'refused') return parsed;
    const delivery = normalize(parsed.delivery, nowMs);
    const nature = isKnownEvent(delivery.facts.event_type) ? 'known' : 'other';
    return { kind: 'read', facts: delivery.facts, nature, delivery };
  }
  const parsed = parseCommits(source, event_name, body);
  if (parsed.kind === 'refused') return parsed;
  const facts = commitFacts(normalizeCommits(parsed.delivery));
  return { kind: 'read', facts, nature: NATURES[parsed.delivery.kind] ?? 'known', delivery: null };
};
