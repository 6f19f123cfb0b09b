import type { IssueFields } from './issue.ts';
import { type Json, type JsonObject, own, sortedJson } from './json.ts';

/**
 * The custom fields whose values are compared: all, or these; of the others only the presence is. Jira recomputes some
 * on every read (hashes of objects, SLA clocks, the development panel): a new value means nothing unless `updated`
 * changed too.
 */
export type CustomFields = 'all' | readonly string[];

/**
 * True when both have the same fields, ignoring the order of lists and the time of the update. Both must have the same
 * `SCHEMA_VERSION` and be fitted to an item.
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
