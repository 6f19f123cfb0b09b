import type { FieldError, NormalizedDelivery, Problem } from '../../domain/delivery.ts';
import { type JsonObject, own } from '../../domain/json.ts';
import type { RecognisedDelivery } from './parse.ts';

/** How an issue was read. `id`: from the database, by its id. `search`: from the index, which may be hours old. */
type ReadKind = 'id' | 'search';

/** What the event of an observation is called. The name gives no rights: anyone who signs may send it too. */
export const OBSERVED = 'reconcile:issue_observed';

/**
 * The body that an issue read from Jira is taken in as. `timestamp`: Jira's clock at the start of the read.
 * @param askedKey the key by which Jira found it: where it has another now, the body tells of a move as webhooks do
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
 * What an observation may do, of what its body says as a delivery: it shows a whole issue or is none. A row of a search
 * wins by a greater `updated` alone: when its index saw the issue, nobody knows.
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
