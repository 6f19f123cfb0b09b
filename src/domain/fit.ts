import type { IssueFields } from './issue.ts';
import { cutAtCodePoint } from './sizes.ts';

type Fits = (fields: IssueFields) => boolean;

/** When more custom fields than this are all dropped, `truncated` lists `custom_fields` once instead of each name. */
const MOST_NAMES = 100;

const withoutLargestCustomFields = (fields: IssueFields, fits: Fits): IssueFields => {
  const names = largestFirst(Object.keys(fields.custom_fields), fields.custom_fields);
  const dropped = (count: number): IssueFields => {
    const gone = new Set(names.slice(0, count));
    const left = Object.entries(fields.custom_fields).filter(([name]) => !gone.has(name));
    return { ...fields, custom_fields: Object.fromEntries(left), truncated: [...fields.truncated, ...gone] };
  };
  const least = leastThatFits(names.length, (count) => fits(dropped(count)));
  if (least !== null || names.length <= MOST_NAMES) return dropped(least ?? names.length);
  return { ...fields, custom_fields: {}, truncated: listed(fields, 'custom_fields') };
};

const withDescriptionCut = (fields: IssueFields, fits: Fits): IssueFields =>
  fields.description === '' ? fields : withTextCut(fields, 'description', fits);

const withoutLinks = (fields: IssueFields): IssueFields =>
  fields.links.length === 0 ? fields : { ...fields, links: [], truncated: listed(fields, 'links') };

/** The fields dropped last; the remaining fields of a snapshot are always short. */
const OTHERS = [
  'summary',
  'issue_type',
  'status',
  'status_category',
  'priority',
  'resolution',
  'assignee',
  'reporter',
  'labels',
  'components',
  'fix_versions',
  'affected_versions',
  'sprint',
  'subtasks',
  'due_date',
] as const;

/** No body that Jira itself sends gets this far, but any signed body may. */
const withoutLargestOthers = (fields: IssueFields, fits: Fits): IssueFields => {
  const there = OTHERS.filter((name) => isThere(fields[name]));
  const names = largestFirst(there, fields);
  const without = (count: number) => emptied(fields, names.slice(0, count));
  const count = leastThatFits(names.length, (tried) => fits(without(tried))) ?? names.length;
  const last = names[count - 1];
  return last !== undefined && typeof fields[last] === 'string'
    ? withTextCut(without(count - 1), last, fits)
    : without(count);
};

const STEPS = [withoutLargestCustomFields, withDescriptionCut, withoutLinks, withoutLargestOthers];

/**
 * The fields, or as much of them as `fits`: custom fields are dropped first (largest first), then the end of the
 * description, then the links, then the largest of the rest. `truncated` names what was dropped or cut, in that order.
 * Deterministic. `fits` may be slow: it is called fewer than 100 times. If nothing fits, the result is the minimum.
 */
export const fitFields = (fields: IssueFields, fits: Fits): IssueFields => {
  let current = fields;
  for (const step of STEPS) {
    if (fits(current)) return current;
    current = step(current, fits);
  }
  return current;
};

type Other = (typeof OTHERS)[number];

/** The names sorted by the JSON length of their values, largest first, then by name. */
const largestFirst = <Name extends string>(names: readonly Name[], values: Record<Name, unknown>): Name[] => {
  const sizes = new Map(names.map((name) => [name, JSON.stringify(values[name]).length]));
  const size = (name: Name) => sizes.get(name) ?? 0;
  return names.toSorted((a, b) => size(b) - size(a) || (a < b ? -1 : 1));
};

const listed = (fields: IssueFields, ...names: string[]): string[] => [...fields.truncated, ...names];

/** A text cut to its longest prefix that fits, or to nothing. */
const withTextCut = (fields: IssueFields, name: Other | 'description', fits: Fits): IssueFields => {
  const text = fields[name];
  if (typeof text !== 'string') return fields;
  const truncated = listed(fields, name);
  const cut = (count: number) => ({
    ...fields,
    [name]: cutAtCodePoint(text, text.length - count),
    truncated,
  });
  return cut(leastThatFits(text.length, (count) => fits(cut(count))) ?? text.length);
};

/**
 * The least count from 1 to `most` that is good, by binary search; null when `most` is not good (or 0). Assumes that a
 * larger count is never worse; where it is, the result is good but perhaps not the least.
 */
export const leastThatFits = (most: number, isGood: (count: number) => boolean): number | null => {
  if (most < 1 || !isGood(most)) return null;
  let bad = 0;
  let good = most;
  while (good - bad > 1) {
    const middle = (good + bad) >>> 1;
    if (isGood(middle)) good = middle;
    else bad = middle;
  }
  return good;
};

const isThere = (value: unknown): boolean =>
  value !== null && value !== '' && !(Array.isArray(value) && value.length === 0);

const empty = (value: unknown): '' | [] | null => {
  if (Array.isArray(value)) return [];
  return typeof value === 'string' ? '' : null;
};

const emptied = (fields: IssueFields, names: Other[]): IssueFields => ({
  ...fields,
  ...Object.fromEntries(names.map((name) => [name, empty(fields[name])])),
  truncated: listed(fields, ...names),
});
