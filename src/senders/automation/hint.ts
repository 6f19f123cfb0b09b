import type { Fault } from './fault.ts';
import { type Broken, findBroken } from './find-broken.ts';

/**
 * What to change in the rule that made this text, in one sentence: the field, and the smart value to use. It contains
 * names of the body, but none of its values. Null if the text is valid, or no error is found in its examined part.
 */
export const hintFor = (text: string): string | null => {
  const looked_at = text.slice(0, MOST_LOOKED_AT);
  const broken = findBroken(looked_at);
  if (broken === null || (broken.fault === 'ends' && looked_at.length < text.length)) return null;
  return HINTS[broken.fault](describe(broken));
};

/**
 * Characters that are examined: a template's body is far shorter, and searching 4 MB could use up the request's time.
 */
const MOST_LOOKED_AT = 500_000;

/**
 * `near`, `behind`: the place, worded for the end of a clause. `smart`: the smart value for it, worded for after
 * "write". `list`: the advice for a list. `name`: of the field.
 */
type Where = { near: string; behind: string; smart: string; list: string; name: string };

const HINTS: Record<Fault, (where: Where) => string> = {
  quote: ({ near, smart }) =>
    `a quotation mark inside a string${near}: write ${smart} without quotes around it`,
  'no-comma': ({ behind }) =>
    `a comma is missing${behind}; in a loop over a list write {{^last}},{{/}} behind each element`,
  'no-comma-or-quote': ({ behind, near, smart }) =>
    `a comma is missing${behind}, or a quotation mark is inside a string${near}: then write ${smart} without quotes around it`,
  'comma-too-many': ({ behind }) => `a comma too many${behind}: remove it`,
  thousands: ({ near }) =>
    `a number with a comma in it${near}: format it without, or put the smart value in quotes`,
  'no-colon': ({ name }) =>
    `a colon is missing${name === '' ? ' behind a name' : ` after "${name}"`}: JSON is {"name": value}`,
  'no-object': () =>
    'the body is no JSON object: choose "Issue data (Jira format)", or begin the custom data with {',
  deep: () => 'brackets within brackets, more than 1,000 deep: remove them from the custom data',
  doubled: ({ near, smart }) =>
    `doubled quotes: asJsonString brings its own${near}: write ${smart} without quotes around it`,
  missing: ({ name, near, smart }) =>
    `a value is missing${name === '' ? near : ` after "${name}"`}: the smart value was empty${near}; write ${withDefault(smart)} without quotes around it`,
  comma: ({ near, list }) => `a comma before the end of a list or object${near}: ${list}`,
  unquoted: ({ near, smart }) =>
    `a text without quotes${near}: write ${smart}, which brings its own, or remove what stands behind the value`,
  'smart-value': ({ near }) =>
    `a smart value that was not replaced${near}: check its name and its brackets in the rule`,
  quotes: ({ near }) => `other quotation marks than "${near}: JSON takes straight double ones only`,
  backslash: ({ near, smart }) =>
    `a backslash inside a string${near}: write ${smart} without quotes around it, which escapes it`,
  name: ({ near }) => `a name without quotes or without its colon${near}: JSON is {"name": value}`,
  ends: ({ near }) => `the body ends in the middle${near}: a quotation mark or a bracket is not closed`,
  behind: () => 'something stands behind the end of the JSON: remove it from the custom data',
};

const withDefault = (smart: string): string => smart.replace(/\}\}$/, '|null}}');

/** The form of field names that may be shown: any other text could be part of a value. */
const NAME = /^[A-Za-z_][\w-]{0,99}$/;

const MOST_NAMES = 8;

const describe = ({ path }: Broken): Where => {
  const isPlain =
    path.length <= MOST_NAMES && path.every((part) => typeof part === 'number' || NAME.test(part));
  const names = isPlain ? path : [];
  const last = names.at(-1);
  return {
    near: names.length === 0 ? '' : `, near ${written(names)}`,
    behind: names.length === 0 ? '' : ` behind ${written(names)}`,
    smart: smartValue(names.filter((part) => typeof part === 'string')),
    list: listAdvice(names),
    name: typeof last === 'string' ? last : '',
  };
};

const written = (path: (string | number)[]): string =>
  path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );

/** The smart value of a field, if the body uses the issue's names; else general advice. */
const smartValue = (names: readonly string[]): string => {
  const [first = '', ...rest] = names;
  if (first === 'issue_key' || first === 'key') return '{{issue.key.asJsonString}}';
  const ofIssue =
    first === 'fields'
      ? rest
      : first === 'issue'
        ? rest.filter((name, at) => at > 0 || name !== 'fields')
        : [];
  if (ofIssue.length === 0)
    return 'its smart value with .asJsonString, such as {{issue.summary.asJsonString}}';
  const field = ofIssue.join('.');
  return `{{issue.${field}.${field === 'labels' ? 'asJsonStringArray' : 'asJsonString'}}}`;
};

const listAdvice = (path: (string | number)[]): string => {
  const names = path.filter((part) => typeof part === 'string');
  const field = names.at(-1);
  return typeof path.at(-1) === 'number' && field === 'labels'
    ? 'write {{issue.labels.asJsonStringArray}} without brackets around it'
    : 'a loop leaves one behind its last element; put the comma before each but the first, with {{^first}},{{/}}';
};
