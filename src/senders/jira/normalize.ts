import { hideAddress } from '../../domain/address.ts';
import { boundChanges, withChangesPath } from '../../domain/bound-changes.ts';
import type { Change, EventFacts, NormalizedDelivery } from '../../domain/delivery.ts';
import { DAY_MS, instantOf, LAST_INSTANT_MS } from '../../domain/instant.ts';
import type { Person } from '../../domain/issue.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { createUnread, one, type Read, readPart, type Unread } from '../readers.ts';
import { type ChangelogItem, changelogItems, readKeys } from './changelog.ts';
import { readFields } from './fields.ts';
import { issueIdOf, objectIn, projectKeyOf, subjectsOf } from './issue-of-event.ts';
import type { RecognisedDelivery } from './parse.ts';
import { readPerson } from './people.ts';
import { traitsOf } from './traits.ts';

/** Earlier than the first Jira, so no issue can have an earlier `updated`. */
const FIRST_UPDATE_MS = Date.UTC(2000, 0);

/** How far Jira's clock may be ahead of ours. */
const CLOCK_AHEAD_MS = DAY_MS;

/**
 * `Math.abs` only turns -0, which JSON allows, into 0. A timestamp too far in the future is rejected, because it would
 * win against all later deliveries.
 */
const readTimestamp =
  (nowMs: number): Read<number> =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= lastBelieved(nowMs)
      ? Math.abs(value)
      : undefined;

const lastBelieved = (nowMs: number): number => Math.min(LAST_INSTANT_MS, nowMs + CLOCK_AHEAD_MS);

const readUpdated =
  (nowMs: number): Read<number> =>
  (value) => {
    const ms = instantOf(value);
    return ms !== null && ms >= FIRST_UPDATE_MS && ms <= nowMs + CLOCK_AHEAD_MS ? ms : undefined;
  };

/** An open set of names, limited to the length of `webhookEvent`. */
const readTypeName: Read<string> = (value) =>
  typeof value === 'string' && value.length <= 200 ? value : undefined;

type Context = {
  fields: JsonObject | null;
  projectKey: string | null;
  timestamp: number | null;
  unread: Unread;
};

const readSnapshot = (
  { issueId, issueKey }: RecognisedDelivery,
  { fields, projectKey, timestamp, unread }: Context,
  nowMs: number,
): NormalizedDelivery['snapshot'] => {
  const updatedMs = fields && one(readUpdated(nowMs), own(fields, 'updated'), 'fields.updated', unread);
  if (fields === null || updatedMs === null || issueId === null || issueKey === null) return null;
  return {
    issue_id: issueId,
    updated_ms: updatedMs,
    timestamp_ms: timestamp ?? 0,
    fields: readFields({ issueKey, projectKey, updatedMs, fields }, unread),
  };
};

/**
 * Converts a recognised delivery to our fields. Never throws: a missing value is null, and so is one of an unknown
 * shape, which is also listed in `facts.unread_fields`.
 * @param nowMs epoch milliseconds; an `updated` or `timestamp` more than 24 hours later is rejected
 */
export const normalize = (delivery: RecognisedDelivery, nowMs: number): NormalizedDelivery => {
  const { webhookEvent, issueId, issueKey, body } = delivery;
  const unread = createUnread();
  const timestamp = one(readTimestamp(nowMs), own(body, 'timestamp'), 'timestamp', unread);
  const issue = objectIn(body, 'issue', 'issue', unread);
  const fields = issue && objectIn(issue, 'fields', 'fields', unread);
  const projectKey = projectKeyOf(delivery, fields, unread);
  const eventIssueId = issueIdOf(delivery, unread);
  const snapshot = readSnapshot(delivery, { fields, projectKey, timestamp, unread }, nowMs);
  const keys = eventIssueId === null ? [] : readKeys(issueKey, changelogItems(body, unread), unread);
  const subjects = eventIssueId === null ? subjectsOf(delivery, unread) : [];
  const { changes, whole } = boundChanges(readChanges(changelogItems(body, unread), unread));
  const facts: Omit<EventFacts, 'unread_fields'> = {
    issue_id: eventIssueId,
    issue_key: issueKey,
    project_key: projectKey,
    event_type: webhookEvent,
    issue_event_type: one(readTypeName, own(body, 'issue_event_type_name'), 'issue_event_type_name', unread),
    changes,
    actor: readActor(delivery, unread),
    occurred_ms: timestamp ?? 0,
  };
  const deleted = webhookEvent === 'jira:issue_deleted' && issueId !== null;
  return {
    facts: {
      ...facts,
      unread_fields: whole ? unread.paths() : withChangesPath(unread.paths()),
      ...(subjects.length > 0 ? { subjects } : {}),
      ...traitsOf(fields),
    },
    snapshot,
    deletion: deleted ? { issue_id: issueId, deleted_ms: timestamp } : null,
    keys,
  };
};

const personAt = (object: JsonObject, name: string, path: string, unread: Unread): Person | null =>
  one(readPerson, own(object, name), path, unread);

/** Events whose body may have no `user`, and the object whose author, or last editor, is then the actor. */
const NAMED_IN: Readonly<Record<string, string>> = {
  comment_created: 'comment',
  comment_updated: 'comment',
  worklog_created: 'worklog',
  worklog_updated: 'worklog',
  attachment_created: 'attachment',
};

/** The actor, or null when the delivery does not name one: after a deletion only the object's authors are known. */
const readActor = ({ webhookEvent, body }: RecognisedDelivery, unread: Unread): Person | null => {
  // In user events, `user` is the subject, not the actor.
  if (webhookEvent.startsWith('user_')) return null;
  const user = personAt(body, 'user', 'user', unread);
  const name = Object.hasOwn(NAMED_IN, webhookEvent) ? NAMED_IN[webhookEvent] : undefined;
  const named = name === undefined ? undefined : own(body, name);
  if (user !== null || name === undefined || !isJsonObject(named)) return user;
  return (
    personAt(named, 'updateAuthor', `${name}.updateAuthor`, unread) ??
    personAt(named, 'author', `${name}.author`, unread)
  );
};

/** Ids and texts; a few sites write ids as numbers. A user name that is an e-mail address is hashed. */
const readValue: Read<string> = (value) => {
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : undefined;
  return typeof value === 'string' ? hideAddress(value) : undefined;
};

/**
 * The changes in a changelog, in its order, one at a time. Only own properties are read: one of them is `toString`, and
 * an item without it would otherwise return the inherited function.
 */
function* readChanges(items: Iterable<ChangelogItem>, unread: Unread): Generator<Change> {
  for (const { item, path } of items) {
    const text = (name: string) => readPart(readValue, item, name, () => unread.note(path));
    yield {
      field: text('field'),
      field_id: text('fieldId'),
      from: text('from'),
      from_string: text('fromString'),
      to: text('to'),
      to_string: text('toString'),
    };
  }
}
