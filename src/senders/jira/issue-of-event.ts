import { isIssueId, projectOfKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, one, readKey, readPart, readText, type Unread } from '../readers.ts';
import type { RecognisedDelivery } from './parse.ts';

/** An object in another one; what is there but no object is noted under the path. */
export const objectIn = (
  object: JsonObject,
  name: string,
  path: string,
  unread: Unread,
): JsonObject | null => {
  const value = own(object, name);
  if (isJsonObject(value)) return value;
  if (!isAbsent(value)) unread.note(path);
  return null;
};

/** Servers send comments without their issue; only the comment's own address names it. */
const issueIdInComment = (body: JsonObject, unread: Unread): string | null => {
  const comment = objectIn(body, 'comment', 'comment', unread);
  const self = comment && readPart(readText, comment, 'self', () => unread.note('comment.self'));
  const id = self ? (/\/issue\/(\d{1,21})/.exec(self)?.[1] ?? '') : '';
  return isIssueId(id) ? id : null;
};

/** The id of the issue an event belongs to, or null. A link belongs to its source issue. */
export const issueIdOf = (delivery: RecognisedDelivery, unread: Unread): string | null => {
  const { issueId, worklogIssueId, linkSourceId, body } = delivery;
  objectIn(body, 'worklog', 'worklog', unread);
  objectIn(body, 'issueLink', 'issueLink', unread);
  const commented = issueIdInComment(body, unread);
  return issueId ?? worklogIssueId ?? commented ?? linkSourceId;
};

/** The project's key, else the part of the issue's key before the last `-`; in project events the subject's. */
export const projectKeyOf = (
  { webhookEvent, issueKey, body }: RecognisedDelivery,
  fields: JsonObject | null,
  unread: Unread,
): string | null => {
  const named = fields && one(readKey, own(fields, 'project'), 'fields.project', unread);
  const derived = issueKey && projectOfKey(issueKey);
  if (named || derived || !webhookEvent.startsWith('project_')) return named || derived || null;
  return one(readKey, own(body, 'project'), 'project', unread);
};
