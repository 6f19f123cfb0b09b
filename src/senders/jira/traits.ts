import type { IssueTraits } from '../../domain/delivery.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

/** Jira's own limit for names and labels. */
const LONGEST_NAME = 255;

/** Most labels of an issue that are stored with each of its events, in addition to the body that has them too. */
const MOST_LABELS = 500;

/** Most characters of all labels together, so that the other facts still fit into an item. */
const MOST_LABEL_CHARACTERS = 20_000;

/**
 * The values of an issue that filters of subscriptions use. A value that is missing or of an unknown shape is left out.
 * The result depends on the body only.
 */
export const traitsOf = (fields: JsonObject | null): IssueTraits =>
  fields === null
    ? {}
    : traits({
        issue_type: nameIn(own(fields, 'issuetype')),
        priority: nameIn(own(fields, 'priority')),
        request_type: requestTypeIn(fields),
        labels: labelsIn(own(fields, 'labels')),
      });

/** The same values, written by a rule beside its issue. */
export const traitsBeside = (body: JsonObject): IssueTraits =>
  traits({
    issue_type: nameIn(own(body, 'issue_type')),
    priority: nameIn(own(body, 'priority')),
    request_type: nameIn(own(body, 'request_type')),
    labels: labelsIn(own(body, 'labels')),
  });

const traits = ({ issue_type, priority, request_type, labels }: IssueTraits): IssueTraits => ({
  ...(issue_type === undefined ? {} : { issue_type }),
  ...(priority === undefined ? {} : { priority }),
  ...(request_type === undefined ? {} : { request_type }),
  ...(labels === undefined ? {} : { labels }),
});

/** The name in Jira's form `{id, name}`, or the name alone, as templates write it. */
const nameIn = (value: Json | undefined): string | undefined => {
  const name = isJsonObject(value) ? own(value, 'name') : value;
  return isName(name) ? name : undefined;
};

const isName = (value: Json | undefined): value is string =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_NAME;

/** A custom field of Jira Service Management: its number differs by site, so it is found by its value. */
const requestTypeIn = (fields: JsonObject): string | undefined => {
  for (const [name, value] of Object.entries(fields)) {
    if (!name.startsWith('customfield_') || !isJsonObject(value)) continue;
    const found = nameIn(own(value, 'requestType'));
    if (found !== undefined) return found;
  }
  return undefined;
};

const labelsIn = (value: Json | undefined): string[] | undefined => {
  if (!Array.isArray(value)) return undefined;
  const labels: string[] = [];
  let characters = 0;
  for (const label of value) {
    if (!isName(label)) continue;
    characters += label.length;
    if (labels.length === MOST_LABELS || characters > MOST_LABEL_CHARACTERS) break;
    labels.push(label);
  }
  return labels.length > 0 ? labels : undefined;
};
