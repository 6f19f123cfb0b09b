import { instantOf, LAST_INSTANT_MS, toPhoenixIso, toUtcIso } from '../../domain/instant.ts';
import type { IssueFields, IssueLevel, IssueLink } from '../../domain/issue.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import {
  isAbsent,
  many,
  one,
  type Read,
  readKey,
  readKeyText,
  readName,
  readPart,
  readText,
  type Unread,
} from '../readers.ts';
import { adfText } from './adf.ts';
import { readPerson } from './people.ts';
import { withoutPrivateData } from './private-data.ts';
import { currentSprint, type FoundSprint, holdsUnreadSprint, sprintsIn } from './sprint.ts';

/** A full issue before its fields are read. */
type FullIssue = { issueKey: string; projectKey: string | null; updatedMs: number; fields: JsonObject };

/** Jira identifies custom fields by number; their names are not in a delivery's fields. */
const CUSTOM_FIELD = /^customfield_\d{1,20}$/;

const readInstant: Read<string> = (value) => {
  const ms = instantOf(value);
  return ms !== null && ms >= 0 && ms <= LAST_INSTANT_MS ? toUtcIso(ms) : undefined;
};

const readDescription: Read<string> = (value) => (typeof value === 'string' ? value : adfText(value));

const readCategory: Read<string | null> = (value, note) => {
  if (!isJsonObject(value)) return undefined;
  const category = own(value, 'statusCategory');
  if (isAbsent(category)) return null;
  return isJsonObject(category) ? readPart(readText, category, 'key', note) : undefined;
};

/**
 * Cloud sends `hierarchyLevel`: -1 sub-task, 0 standard, 1 epic, higher above. On Server an epic is recognised by the
 * name of its type, `Epic`.
 */
const readLevel: Read<IssueLevel> = (value) => {
  if (!isJsonObject(value)) return undefined;
  const level = own(value, 'hierarchyLevel');
  if (own(value, 'subtask') === true || level === -1) return 'subtask';
  return (typeof level === 'number' && level >= 1) || own(value, 'name') === 'Epic' ? 'epic' : 'standard';
};

/** `fields.sprint`, if present, contains only sprints; any custom field may contain one. */
const readSprints: Read<FoundSprint[]> = (value, note) => {
  const sprints = sprintsIn(value);
  const values = Array.isArray(value) ? value.filter((element) => element !== null) : [value];
  if (sprints.length < values.length) note();
  return sprints;
};

type Custom = { custom_fields: { [customfield: string]: Json }; sprints: FoundSprint[] };

const readCustomFields = (fields: JsonObject, unread: Unread): Custom => {
  const custom: Custom = { custom_fields: {}, sprints: [] };
  for (const name of Object.keys(fields)) {
    const value = CUSTOM_FIELD.test(name) ? fields[name] : null;
    if (isAbsent(value)) continue;
    const clean = withoutPrivateData(value);
    if (clean === undefined || holdsUnreadSprint(value)) unread.note(`fields.${name}`);
    if (clean !== undefined) custom.custom_fields[name] = clean;
    for (const sprint of sprintsIn(value)) custom.sprints.push(sprint);
  }
  return custom;
};

/** The snapshot's fields of a full issue. A missing or unreadable field is null or `[]`; an unreadable one is noted. */
export const readFields = (
  { issueKey, projectKey, updatedMs, fields }: FullIssue,
  unread: Unread,
): IssueFields => {
  const at = <T>(read: Read<T>, name: string) => one(read, own(fields, name), `fields.${name}`, unread);
  const all = <T>(read: Read<T>, name: string) => many(read, own(fields, name), `fields.${name}`, unread);
  const { custom_fields, sprints } = readCustomFields(fields, unread);
  return {
    issue_key: issueKey,
    project_key: projectKey,
    issue_type: at(readName, 'issuetype'),
    issue_level: at(readLevel, 'issuetype'),
    summary: at(readText, 'summary'),
    description: at(readDescription, 'description'),
    status: at(readName, 'status'),
    status_category: at(readCategory, 'status'),
    priority: at(readName, 'priority'),
    resolution: at(readName, 'resolution'),
    assignee: at(readPerson, 'assignee'),
    reporter: at(readPerson, 'reporter'),
    labels: all(readText, 'labels'),
    components: all(readName, 'components'),
    fix_versions: all(readName, 'fixVersions'),
    affected_versions: all(readName, 'versions'),
    parent_key: at(readKey, 'parent'),
    sprint: currentSprint([...(at(readSprints, 'sprint') ?? []), ...sprints]),
    links: all(readLink, 'issuelinks'),
    subtasks: all(readKey, 'subtasks'),
    due_date: at(readText, 'duedate'),
    created_at: at(readInstant, 'created'),
    updated_at: toUtcIso(updatedMs),
    phoenix_updated_at: toPhoenixIso(updatedMs),
    custom_fields,
    truncated: [],
  };
};

/** One entry of `issuelinks`: the linked issue is in `outwardIssue` or in `inwardIssue`. */
const readLink: Read<IssueLink> = (value, note) => {
  if (!isJsonObject(value)) return undefined;
  const outward = own(value, 'outwardIssue');
  const direction = isAbsent(outward) ? 'inward' : 'outward';
  const linked = isAbsent(outward) ? own(value, 'inwardIssue') : outward;
  if (!isJsonObject(linked)) return undefined;
  return {
    type: readPart(readName, value, 'type', note),
    direction,
    issue_key: readPart(readKeyText, linked, 'key', note),
  };
};
