import type { EventFacts, NormalizedDelivery, Problem } from '../domain/delivery.ts';
import type { Source } from '../domain/source.ts';
import { commitFacts } from '../normalize/commits/facts.ts';
import { normalize } from '../normalize/normalize.ts';
import { normalizeCommits } from '../normalize/normalize-commits.ts';
import { parseCommits } from '../parse/parse-commits.ts';
import { parseDelivery } from '../parse/parse-delivery.ts';

/** Whose body it is, and what the header beside it called its event. */
export type Sent = { source: Source; event_name: string | null };

/** What a signed body says. `delivery` is null where the event is all there is to store: commits are unpacked later. */
export type BodyRead =
  | { kind: 'refused'; problem: Problem }
  | { kind: 'read'; facts: EventFacts; delivery: NormalizedDelivery | null };

/** Reads a body as its source writes it. Never throws. `nowMs` is when it is read. */
export const readBody = ({ source, event_name }: Sent, body: Uint8Array, nowMs: number): BodyRead => {
  if (source === 'jira') {
    const parsed = parseDelivery(body);
    if (parsed.kind === 'refused') return parsed;
    const delivery = normalize(parsed.delivery, nowMs);
    return { kind: 'read', facts: delivery.facts, delivery };
  }
  const parsed = parseCommits(source, event_name, body);
  if (parsed.kind === 'refused') return parsed;
  return { kind: 'read', facts: commitFacts(normalizeCommits(parsed.delivery)), delivery: null };
};
