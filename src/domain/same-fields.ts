import type { IssueFields } from './issue.ts';
import { sortedJson } from './json.ts';

/**
 * What counts of the values of custom fields. Jira computes some anew whenever it is asked (hashes of objects, clocks
 * of agreements, the development panel): they say something new only where `updated` does. `names`: which are there.
 */
export type CustomFields = 'values' | 'names';

/**
 * True when both say the same of an issue: lists of names, links and sub-tasks in any order, whenever it was updated.
 * Both under the same `SCHEMA_VERSION`, and fitted to an item.
 */
export const sameFields = (a: IssueFields, b: IssueFields, custom: CustomFields): boolean =>
  said(a, custom) === said(b, custom);

const said = (fields: IssueFields, custom: CustomFields): string =>
  sortedJson({
    ...fields,
    updated_at: null,
    phoenix_updated_at: null,
    labels: fields.labels.toSorted(),
    components: fields.components.toSorted(),
    fix_versions: fields.fix_versions.toSorted(),
    affected_versions: fields.affected_versions.toSorted(),
    links: fields.links.map(sortedJson).sort(),
    subtasks: fields.subtasks.toSorted(),
    custom_fields: custom === 'values' ? fields.custom_fields : Object.keys(fields.custom_fields).sort(),
    truncated: fields.truncated.toSorted(),
  });
