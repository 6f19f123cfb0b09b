import type { FieldError, NormalizedDelivery, Problem } from '../../domain/delivery.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import type { RecognisedDelivery } from './parse.ts';

/** How an issue was read. `id`: from Jira's database, by its id. `search`: from its index, which may be hours old. */
type ReadKind = 'id' | 'search';

/** The event type of an observation. The name grants nothing: any authenticated sender may use it too. */
export const OBSERVED = 'reconcile:issue_observed';

/**
 * The body that is stored for an issue read from Jira. `timestamp`: Jira's clock at the start of the read.
 * @param askedKey the key by which Jira found it: if its key differs now, the body has a changelog of the move
 */
export const observationBody = (
  read: ReadKind,
  timestamp: number,
  issue: JsonObject,
  askedKey?: string,
): Buffer => {
  const key = own(issue, 'key') ?? null;
  const move = { field: 'Key', fromString: askedKey ?? null, toString: key };
  const isMoved = askedKey !== undefined && askedKey !== key;
  const changelog = isMoved ? { changelog: { items: [move] } } : {};
  return Buffer.from(JSON.stringify({ webhookEvent: OBSERVED, timestamp, read, issue, ...changelog }));
};

export type Observed = { delivery: NormalizedDelivery } | { problem: Problem };

/**
 * Limits a normalized body to what an observation may change. It must have a whole issue. A search result gets
 * timestamp 0, so that only a greater `updated` makes it newer: the age of the index is unknown.
 */
export const toObservation = (recognised: RecognisedDelivery, delivery: NormalizedDelivery): Observed => {
  const { snapshot } = delivery;
  if (snapshot === null) return { problem: notWhole(missingPart(recognised)) };
  const timestamp_ms = own(recognised.body, 'read') === 'id' ? snapshot.timestamp_ms : 0;
  return { delivery: { ...delivery, snapshot: { ...snapshot, timestamp_ms } } };
};

const missingPart = ({ issueId, issueKey }: RecognisedDelivery): FieldError => {
  if (issueId === null) return { path: 'issue.id', message: 'must be there' };
  if (issueKey === null) return { path: 'issue.key', message: 'must be there' };
  return {
    path: 'issue.fields.updated',
    message: 'must be an instant from 2000 on, at most 24 hours ahead of our clock',
  };
};

const notWhole = (error: FieldError): Problem => ({
  type: 'not-a-jira-webhook',
  status: 422,
  detail: 'Jira answered with an issue that this service cannot take; see errors.',
  errors: [error],
});
