import type { NormalizedDelivery } from '../../domain/delivery.ts';
import { DAY_MS, instantOf, LAST_INSTANT_MS, MINUTE_MS } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { normalize } from '../jira/normalize.ts';
import type { RecognisedDelivery } from '../jira/parse.ts';
import { traitsBeside } from '../jira/traits.ts';
import { isThere } from './blanks.ts';

/** An unsigned body in our fields, with warnings about how it was read. */
export type Listed = { delivery: NormalizedDelivery; warnings: string[] };

/** How far `updated` may be ahead of the receipt. Further ahead, it would make all later updates stale. */
const AHEAD_MS = 2 * MINUTE_MS;

/**
 * Limits what an unsigned body may change: a whole issue writes a snapshot, versioned by its `updated`; anything else
 * is only stored as an event. It never deletes, and adds no alias except the issue's current key.
 * @param isWhole whether its issue is in Jira's own form
 * @param receivedMs epoch milliseconds
 */
export const normalizeUnsigned = (
  recognised: RecognisedDelivery,
  isWhole: boolean,
  receivedMs: number,
): Listed => {
  const { body, webhookEvent, issueId, issueKey } = recognised;
  const said = instantIn(own(body, 'timestamp'), receivedMs + DAY_MS);
  // `normalize` would list a timestamp as text as unread; here it is valid.
  const read = normalize({ ...recognised, body: { ...body, timestamp: null } }, receivedMs);
  const isDeletion = webhookEvent === DELETED;
  const updated = instantIn(updatedOf(body), LAST_INSTANT_MS);
  const isAhead = updated !== null && updated > receivedMs + AHEAD_MS;
  const whole = isWhole && !isDeletion && !isAhead ? read.snapshot : null;
  const occurred_ms = said ?? (isWhole && !isAhead ? updated : null) ?? receivedMs;
  const named = issueId ?? issueKey;
  // Only Jira knows whether the issue is deleted: reconciliation, if it is on, reads the issue again.
  const asked = isDeletion && named !== null ? { subjects: [{ kind: 'issue' as const, id: named }] } : {};
  const facts = {
    ...traitsBeside(body),
    ...read.facts,
    issue_id: issueId,
    issue_key: issueKey,
    occurred_ms,
    ...asked,
  };
  return {
    delivery: { facts, snapshot: whole, deletion: null, keys: whole && issueKey !== null ? [issueKey] : [] },
    warnings: warningsOf(recognised, { said, updated, isAhead, isDeletion }),
  };
};

const DELETED = 'jira:issue_deleted';

const updatedOf = (body: JsonObject): Json | undefined => {
  const issue = own(body, 'issue');
  const fields = isJsonObject(issue) ? own(issue, 'fields') : undefined;
  return isJsonObject(fields) ? own(fields, 'updated') : undefined;
};

/** Does not use `Date.parse`, which reads a text without a zone in the zone of this machine. */
const instantIn = (value: Json | undefined, latestMs: number): number | null => {
  const ms = instantOf(value);
  return ms !== null && ms >= 0 && ms <= latestMs ? ms : null;
};

type Found = { said: number | null; updated: number | null; isAhead: boolean; isDeletion: boolean };

const warningsOf = ({ body, issueId, issueKey }: RecognisedDelivery, found: Found): string[] => {
  const updated = updatedOf(body);
  const sent = own(body, 'timestamp');
  const stamp = instantIn(sent, LAST_INSTANT_MS);
  const all: [boolean, string][] = [
    [issueId === null && issueKey === null, 'no issue.id and no issue.key'],
    [issueId === null && issueKey !== null, 'no issue.id'],
    [issueKey !== null && !isThere(updated), 'no issue.fields.updated'],
    [isThere(updated) && found.updated === null, 'issue.fields.updated is no instant with a zone'],
    [found.isAhead, 'issue.fields.updated is more than 2 minutes ahead: no snapshot was written'],
    [isThere(sent) && stamp === null, 'timestamp is no instant with a zone'],
    [stamp !== null && found.said === null, 'timestamp is more than a day ahead'],
    [found.isDeletion, 'only a webhook of Jira deletes: the issue was not marked as deleted'],
  ];
  return all.flatMap(([is, warning]) => (is ? [warning] : []));
};
