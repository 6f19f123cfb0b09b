import type { IssueFields } from './issue.ts';
import { cutAtCodePoint } from './sizes.ts';

type Fits = (fields: IssueFields) => boolean;

/** Of more custom fields than this, all of them dropped, the list says `custom_fields` once. */
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

/** What may go last; the rest of a snapshot is short whatever was sent. */
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

/** Nothing Jira sends comes this far; a signed body may. */
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
 * The fields, or as much of them as `fits`: custom fields go first (largest first), then the end of the
 * description, then the links, then what else is largest. `truncated` names what went, in that order.
 * The same fields always lose the same. `fits` may be slow: it is called less than 100 times. If nothing
 * fits, the answer is the least there is.
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

/** The names by the length of what they stand for as JSON, largest first, then by name. */
const largestFirst = <Name extends string>(names: readonly Name[], values: Record<Name, unknown>): Name[] => {
  const sizes = new Map(names.map((name) => [name, JSON.stringify(values[name]).length]));
  const size = (name: Name) => sizes.get(name) ?? 0;
  return names.toSorted((a, b) => size(b) - size(a) || (a < b ? -1 : 1));
};

const listed = (fields: IssueFields, ...names: string[]): string[] => [...fields.truncated, ...names];

/** A text cut to the longest beginning that fits, or to nothing. */
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
 * The least count from 1 to `most` that is good, found in about log2(most) tries; null when `most` is not
 * good (or 0). Presumes that more is never worse; if it sometimes is, the answer is good but perhaps not
 * the least.
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
