import type { FieldError } from '../../domain/delivery.ts';
import { instantOf } from '../../domain/instant.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { NO_OBJECT } from '../field-errors.ts';
import { hasInexactIds, parseWithExactIds, type RecognisedDelivery, recognise } from '../jira/parse.ts';
import { isThere, withoutBlanks } from './blanks.ts';

/** Event types for a body that names none. */
export type Named = { query_event_type: string | null; default_event_type: string | null };

/** `whole`: the issue is in Jira's own form. */
export type Shaped =
  | { delivery: RecognisedDelivery; whole: boolean; warnings: string[] }
  | { errors: FieldError[] };

/** The event type if neither the body, the query nor the connection names one. */
const UNNAMED = 'automation';

/**
 * Converts the body to the shape of a Jira webhook. The issue is an `issue` object, else `key` and `fields` at the
 * root, else an `issue_key`. Other parts stay as they are. Empty texts count as absent.
 */
export const shapeOf = (value: unknown, text: string, named: Named): Shaped => {
  if (!isJsonObject(value)) return { errors: [NO_OBJECT] };
  const body = exactly(value, text);
  const { issue, at_root } = issueIn(body);
  const shaped = { ...body, webhookEvent: nameOf(body, named), ...(issue && { issue }) };
  const result = recognise(shaped, '');
  const root = rootOf(body);
  if ('delivery' in result) return { ...result, whole: isWhole(root), warnings: noLists(root) };
  return { errors: at_root ? result.errors.map(atRoot) : result.errors };
};

/** Long numeric ids keep their digits. */
const exactly = (value: JsonObject, text: string): JsonObject => {
  const { issue } = rootOf(value);
  if (issue === null || !hasInexactIds({ issue: { id: own(issue, 'id') ?? null } })) return value;
  const exact = parseWithExactIds(text);
  return isJsonObject(exact) ? exact : value;
};

const atRoot = ({ path, message }: FieldError): FieldError => ({
  path: path.replace(/^issue\./, ''),
  message,
});

type Root = { issue: JsonObject | null; at_root: boolean };

/** The object that holds the issue's key and fields, as it was sent. */
const rootOf = (body: JsonObject): Root => {
  const issue = own(body, 'issue');
  if (isJsonObject(issue)) return { issue, at_root: false };
  const at_root = own(body, 'key') !== undefined && isJsonObject(own(body, 'fields'));
  return { issue: at_root ? body : null, at_root };
};

const issueIn = (body: JsonObject): Root => {
  const { issue, at_root } = rootOf(body);
  const key = absentIfBlank(own(body, 'issue_key'));
  if (issue === null) return { issue: key === null ? null : { key }, at_root };
  return { issue: cleaned(issue, key), at_root };
};

const OF_A_WHOLE_ISSUE = ['self', 'id', 'key'];
const NAMED = { issuetype: ['name', 'id'], status: ['name', 'id'], project: ['key', 'id'] };
const INSTANTS = ['created', 'updated'];

/**
 * True if an issue has all parts of Jira's own form. A hand-written template leaves some out, or has a name where Jira
 * has an object: as a snapshot it would erase stored fields.
 */
const isWhole = ({ issue }: Root): boolean => {
  const sent = issue && own(issue, 'fields');
  if (issue === null || !isJsonObject(sent)) return false;
  const fields = withoutBlanks(
    Object.fromEntries([...Object.keys(NAMED), ...INSTANTS].map((name) => [name, own(sent, name) ?? null])),
  );
  return (
    OF_A_WHOLE_ISSUE.every((name) => isThere(own(issue, name))) &&
    Object.entries(NAMED).every(([name, parts]) => hasAny(own(fields, name), parts)) &&
    INSTANTS.every((name) => instantOf(own(fields, name)) !== null)
  );
};

const hasAny = (value: Json | undefined, parts: readonly string[]): boolean =>
  isJsonObject(value) && parts.some((part) => isThere(own(value, part)));

const LISTS = ['labels', 'components', 'fixVersions', 'versions', 'issuelinks', 'subtasks'];

/**
 * Checks the fields as sent, before empty texts count as absent: an empty text instead of a list is a template error.
 */
const noLists = ({ issue }: Root): string[] => {
  const fields = issue && own(issue, 'fields');
  if (!isJsonObject(fields)) return [];
  return LISTS.filter((name) => !Array.isArray(own(fields, name) ?? [])).map((name) => `${name} is no list`);
};

const cleaned = (issue: JsonObject, keyBeside: Json): JsonObject => {
  const fields = own(issue, 'fields');
  return {
    ...issue,
    id: absentIfBlank(own(issue, 'id')),
    key: absentIfBlank(own(issue, 'key')) ?? keyBeside,
    ...(isJsonObject(fields) ? { fields: withoutBlanks(fields) } : {}),
  };
};

const absentIfBlank = (value: Json | undefined): Json => (value === undefined || value === '' ? null : value);

/** The first non-empty text. An object under one of these names is the rule's own data. */
const nameOf = (body: JsonObject, { query_event_type, default_event_type }: Named): string => {
  const said = [
    ...['webhookEvent', 'event_type', 'event'].map((name) => own(body, name)),
    query_event_type,
    default_event_type,
  ];
  return said.find((name): name is string => typeof name === 'string' && name !== '') ?? UNNAMED;
};
