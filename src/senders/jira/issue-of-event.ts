import type { Subject } from '../../domain/delivery.ts';
import { isIssueId, projectOfKey } from '../../domain/issue-key.ts';
import { isJsonObject, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, one, type Read, readKey, readPart, readText, type Unread } from '../readers.ts';
import type { RecognisedDelivery } from './parse.ts';

/** An object in another one, or null; a value that is not an object is noted under the path. */
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

/** Jira Server sends comments without their issue; only the comment's `self` contains the issue id. */
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

/** The project's key, else the part of the issue's key before the last `-`; in project events the project's own key. */
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

/**
 * The versions, projects or sprints of an event whose issues may have changed, without duplicates. Ids that are not
 * digits, or are numbers too long to be exact, are left out.
 */
export const subjectsOf = (delivery: RecognisedDelivery, unread: Unread): Subject[] => {
  const { webhookEvent, body } = delivery;
  if (webhookEvent === 'jira:version_deleted') return subjectsOfGone(body, [], unread);
  if (webhookEvent === 'jira:version_merged') return subjectsOfGone(body, ['version'], unread);
  const kind = KINDS.find((known) => webhookEvent.startsWith(PREFIXES[known]));
  return kind === undefined ? [] : subjectIn(body, kind, kind, unread);
};

const PREFIXES = { version: 'jira:version_', project: 'project_', sprint: 'sprint_' } as const;

const KINDS = ['version', 'project', 'sprint'] as const;

/** Versions that may have received the issues of a deleted or merged version. */
const HEIRS = ['mergedTo', 'fixVersionSwappedTo', 'affectsVersionSwappedTo'];

/** A merge is sent as either event. As `jira:version_merged` it does not say which of the two versions `version` is. */
const subjectsOfGone = (body: JsonObject, others: string[], unread: Unread): Subject[] => {
  const version = objectIn(body, 'version', 'version', unread);
  const name = version && readPart(readVersionName, version, 'name', () => unread.note('version.name'));
  const heirs = [...others, ...HEIRS].flatMap((part) => subjectIn(body, part, 'version', unread));
  const distinct = new Map(heirs.map((heir) => ['id' in heir ? heir.id : '', heir])).values();
  return [...(name === null ? [] : [{ kind: 'version_name', name } as const]), ...distinct];
};

type KindWithId = (typeof KINDS)[number];

const subjectIn = (body: JsonObject, part: string, kind: KindWithId, unread: Unread): Subject[] => {
  const object = objectIn(body, part, part, unread);
  const id = object && readPart(readId, object, 'id', () => unread.note(`${part}.id`));
  return id === null ? [] : [{ kind, id }];
};

/** An id: a number for projects and sprints, a string for versions. */
const readId: Read<string> = (value) => {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && isIssueId(text) ? text : undefined;
};

/** Jira allows 255 characters. The name is stored with the event and with the request to read its issues again. */
const LONGEST_NAME = 255;

const readVersionName: Read<string> = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_NAME ? value : undefined;
