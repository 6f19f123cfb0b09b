import { instantOf } from '../../domain/instant.ts';
import type { Sprint } from '../../domain/issue.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { looksLikeSprintText, parseSprintText } from './sprint-text.ts';

/** A sprint, and when it ended or was to end (epoch milliseconds); null when it does not say. */
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

/** Completed is what counts; the other dates are used where a sender leaves it out. */
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

/** Every sprint a field's value holds, one or a list, in its order. No other field yields one. */
export const sprintsIn = (value: Json): FoundSprint[] =>
  valuesOf(value)
    .map(sprintOf)
    .filter((sprint) => sprint !== null);

/** True when a field's value holds a text that begins as a sprint's does, and is none we can read. */
export const holdsUnreadSprint = (value: Json): boolean =>
  valuesOf(value).some(
    (text) => typeof text === 'string' && looksLikeSprintText(text) && parseSprintText(text) === null,
  );

const inState =
  (wanted: string) =>
  ({ sprint }: FoundSprint): boolean =>
    sprint.state.toLowerCase() === wanted;

/** One without a date is older than any with one; of equals the later in the list. */
const lastCompleted = (sprints: FoundSprint[]): FoundSprint | undefined =>
  sprints.reduce<FoundSprint | undefined>((last, next) => {
    const isOlder = last !== undefined && (next.ended_ms ?? -Infinity) < (last.ended_ms ?? -Infinity);
    return isOlder ? last : next;
  }, undefined);

/**
 * The active one, else a future one, else the last completed. Only where that does not decide, the order of the
 * list does: Jira lists the sprints an issue was in from old to new.
 */
export const currentSprint = (sprints: FoundSprint[]): Sprint | null => {
  const current =
    sprints.find(inState('active')) ?? sprints.findLast(inState('future')) ?? lastCompleted(sprints);
  return current?.sprint ?? null;
};
