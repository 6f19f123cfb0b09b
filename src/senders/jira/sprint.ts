import { instantOf } from '../../domain/instant.ts';
import type { Sprint } from '../../domain/issue.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';

/** A sprint, and when it ended or should end (epoch milliseconds); null when it has no date. */
export type FoundSprint = { sprint: Sprint; ended_ms: number | null };

const BOARD_NAMES = ['boardId', 'originBoardId', 'rapidViewId'] as const;

/** Sprints and boards have numeric ids; some clients write them as strings. */
const idText = (value: Json | undefined): string | null => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === 'string' && value !== '' ? value : null;
};

/** The board id distinguishes a sprint from any other object with an id, a name and a state. */
const fromObject = (object: JsonObject): FoundSprint | null => {
  const id = idText(own(object, 'id'));
  const name = own(object, 'name');
  const state = own(object, 'state');
  const onBoard = BOARD_NAMES.some((board) => idText(own(object, board)) !== null);
  if (id === null || typeof name !== 'string' || typeof state !== 'string' || !onBoard) return null;
  return { sprint: { id, name, state }, ended_ms: endOf((date) => own(object, date)) };
};

const fromText = (text: string): FoundSprint | null => {
  const parsed = parseSprintText(text);
  return parsed && { sprint: parsed.sprint, ended_ms: endOf(parsed.dateOf) };
};

/** In order of preference; the later ones are used if a sender leaves out `completeDate`. */
const END_NAMES = ['completeDate', 'endDate', 'startDate'] as const;

const endOf = (dateOf: (name: (typeof END_NAMES)[number]) => unknown): number | null => {
  for (const name of END_NAMES) {
    const ms = instantOf(dateOf(name));
    if (ms !== null) return ms;
  }
  return null;
};

const sprintOf = (value: Json): FoundSprint | null => {
  if (typeof value === 'string') return fromText(value);
  return isJsonObject(value) ? fromObject(value) : null;
};

const valuesOf = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);

/** Every sprint in a field's value, which is one or a list, in its order; none for any other value. */
export const sprintsIn = (value: Json): FoundSprint[] =>
  valuesOf(value)
    .map(sprintOf)
    .filter((sprint) => sprint !== null);

/** True when a field's value contains a text that begins like a sprint's, but cannot be read. */
export const holdsUnreadSprint = (value: Json): boolean =>
  valuesOf(value).some(
    (text) => typeof text === 'string' && looksLikeSprintText(text) && parseSprintText(text) === null,
  );

const inState =
  (wanted: string) =>
  ({ sprint }: FoundSprint): boolean =>
    sprint.state.toLowerCase() === wanted;

/** A sprint without a date counts as older than any with one; of equals, the later in the list wins. */
const lastCompleted = (sprints: FoundSprint[]): FoundSprint | undefined =>
  sprints.reduce<FoundSprint | undefined>((last, next) => {
    const isOlder = last !== undefined && (next.ended_ms ?? -Infinity) < (last.ended_ms ?? -Infinity);
    return isOlder ? last : next;
  }, undefined);

/**
 * The active sprint, else a future one, else the last completed. Only where that does not decide, the order of the list
 * does: Jira lists the sprints an issue was in from old to new.
 */
export const currentSprint = (sprints: FoundSprint[]): Sprint | null => {
  const current =
    sprints.find(inState('active')) ?? sprints.findLast(inState('future')) ?? lastCompleted(sprints);
  return current?.sprint ?? null;
};

/** The beginning of a sprint in Jira Server: Java's `toString` of its class, mostly with the object's hash. */
const CLASS = /^[\w.$]{0,200}Sprint(?:@[0-9a-f]{1,16})?\[/;

/** The beginning of a text that is meant to be a sprint: after the class a hash, or a bracket before a field. */
const BEGINNING =
  /^\s{0,20}(?:[\w.$]{0,200}\.)?[\w$]{0,100}Sprint(?:@[0-9a-f]|\s{0,5}[[{(]\s{0,5}[A-Za-z]{1,40}\s{0,5}=)/;

/** The class with its package, with any continuation. */
const QUALIFIED = /^\s{0,20}com\.atlassian\.[\w.$]{0,200}Sprint(?![\w.$])/;

/** True for a text that begins like a sprint's, whether or not it can be read. */
const looksLikeSprintText = (text: string): boolean => BEGINNING.test(text) || QUALIFIED.test(text);

/** The fields that follow the name in the old order (Jira 7 and Cloud until 2020). */
const AFTER_NAME = [',goal=', ',startDate='];
const FIELDS = ['id', 'rapidViewId', 'state', 'endDate', 'completeDate', 'sequence', 'synced'];
const OTHERS = FIELDS.map((field) => `,${field}=`);

/** The fields directly before the name in the new, alphabetical order. */
const ID_BEFORE_NAME = /,id=\d{1,20}(?:,incompleteIssuesDestinationId=[^,]{0,40})?,name=/y;

const earliest = (text: string, marks: string[], from: number): number =>
  Math.min(...marks.map((mark) => text.indexOf(mark, from)).map((at) => (at < 0 ? Infinity : at)));

/** The last match of a sticky pattern that begins with `mark`. */
const lastMatch = (text: string, mark: string, pattern: RegExp): RegExpExecArray | null => {
  for (let at = text.lastIndexOf(mark); at >= 0; at = at > 0 ? text.lastIndexOf(mark, at - 1) : -1) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match) return match;
  }
  return null;
};

/** The text split into the parts before, in and after the name; null without a name. */
type Cut = { before: string; name: string; after: string } | null;

const cut = (text: string, start: number, end: number): Cut =>
  start < 0 ? null : { before: text.slice(0, start), name: text.slice(start, end), after: text.slice(end) };

const cutOldOrder = (text: string): Cut => {
  const mark = text.indexOf(',name=');
  const start = mark < 0 ? -1 : mark + ',name='.length;
  const known = earliest(text, AFTER_NAME, start);
  const end = known < Infinity ? known : earliest(text, OTHERS, start);
  return cut(text, start, Math.min(end, text.length));
};

/** Here the goal precedes the name and may contain anything, so the name is searched from the end. */
const cutNewOrder = (text: string): Cut => {
  const end = text.lastIndexOf(',rapidViewId=');
  const match = lastMatch(text.slice(0, end), ',id=', ID_BEFORE_NAME);
  return match && cut(text, match.index + match[0].length, end);
};

const idIn = (text: string) => lastMatch(text, ',id=', /,id=(\d{1,20})(?=,|$)/y)?.[1];
const stateIn = (text: string) => lastMatch(text, ',state=', /,state=(\w{1,100})(?=,|$)/y)?.[1];

/** A value of digits, dashes and the like, or undefined; Java writes `<null>` for none. */
const dateIn = (text: string, name: string, last: boolean): string | undefined => {
  const mark = `,${name}=`;
  const at = last ? text.lastIndexOf(mark) : text.indexOf(mark);
  return at < 0
    ? undefined
    : /^[\d:.TZ+-]{1,40}/.exec(text.slice(at + mark.length, at + mark.length + 40))?.[0];
};

/** A parsed sprint text. `dateOf`: the text of a date field, to be read as an instant. */
type SprintText = { sprint: Sprint; dateOf: (name: string) => string | undefined };

/** A goal may contain text like a date: dates are searched before the goal, or after it if the goal comes first. */
const datesOf = (old: boolean, { before, after }: NonNullable<Cut>): SprintText['dateOf'] => {
  const [here, there] = old ? [after, before] : [before, after];
  const goalFirst = old && here.startsWith(',goal=');
  return (name) => dateIn(here, name, goalFirst) ?? dateIn(there, name, false);
};

/**
 * The sprint described by a text such as `...Sprint@1f2e[id=1,rapidViewId=2,state=ACTIVE,name=One,...]`, or null.
 * Values are not escaped: names and goals may contain commas, brackets and text that looks like a field.
 */
const parseSprintText = (value: string): SprintText | null => {
  const head = value.endsWith(']') ? CLASS.exec(value) : null;
  if (head === null) return null;
  const text = `,${value.slice(head[0].length, -1)}`;
  const free = earliest(text, [',name=', ',goal='], 0);
  const board = text.indexOf(',rapidViewId=');
  // A text without any board counts as the old order too.
  const old = board < free;
  const parts = old ? cutOldOrder(text) : cutNewOrder(text);
  if (parts === null || parts.name === '<null>') return null;
  const id = idIn(parts.before) ?? idIn(parts.after);
  const [here, there] = old ? [parts.before, parts.after] : [parts.after, parts.before];
  const state = stateIn(here) ?? stateIn(there);
  if (id === undefined || state === undefined) return null;
  return { sprint: { id, name: parts.name, state }, dateOf: datesOf(old, parts) };
};
