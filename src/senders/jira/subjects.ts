import { isIssueId } from '../../domain/issue-key.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Subject } from '../../domain/subject.ts';
import { type Read, readPart, type Unread } from '../readers.ts';
import { objectIn } from './issue-of-event.ts';
import type { RecognisedDelivery } from './parse.ts';

/**
 * Whose issues may look different after an event of a version, project or sprint, each once. Ids that are no digits,
 * or numbers too long to be exact, are none.
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

/** Versions whose issues may now be those of a version that is gone. */
const HEIRS = ['mergedTo', 'fixVersionSwappedTo', 'affectsVersionSwappedTo'];

/** A merge comes under either event's name, and under its own it is not said which of the versions is named. */
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

/** Of projects and sprints a number, of versions a text. */
const readId: Read<string> = (value) => {
  const text = Number.isSafeInteger(value) ? String(value) : value;
  return typeof text === 'string' && isIssueId(text) ? text : undefined;
};

/** Jira allows 255 characters; the name is kept with the event and with what is asked for. */
const LONGEST_NAME = 255;

const readVersionName: Read<string> = (value) =>
  typeof value === 'string' && value.length > 0 && value.length <= LONGEST_NAME ? value : undefined;
