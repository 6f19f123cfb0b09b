import type { IssueFields } from './issue.ts';
import { type Json, type JsonObject, own, sortedJson } from './json.ts';

/**
 * Of which custom fields the values count: all, or these; of the others it counts whether they are there. Jira computes
 * some anew whenever it is asked (hashes of objects, clocks of agreements, the development panel): they say something
 * new only where `updated` does.
 */
export type CustomFields = 'all' | readonly string[];

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
    custom_fields: custom === 'all' ? fields.custom_fields : partly(fields.custom_fields, custom),
    truncated: fields.truncated.toSorted(),
  });

const partly = (fields: JsonObject, ids: readonly string[]): Json => ({
  names: Object.keys(fields).sort(),
  values: ids.map((id) => own(fields, id) ?? null),
});
