import type { Sprint } from '../domain/issue.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../domain/json.ts';
import { parseSprintText } from './sprint-text.ts';

const BOARD_NAMES = ['boardId', 'originBoardId', 'rapidViewId'] as const;

/** Sprints and boards have numeric ids; some clients write them as strings. */
const idText = (value: Json | undefined): string | null => {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : null;
  return typeof value === 'string' && value !== '' ? value : null;
};

/** The board id tells a sprint from any other object with an id, a name and a state. */
const fromObject = (object: JsonObject): Sprint | null => {
  const id = idText(own(object, 'id'));
  const name = own(object, 'name');
  const state = own(object, 'state');
  const onBoard = BOARD_NAMES.some((board) => idText(own(object, board)) !== null);
  if (id === null || typeof name !== 'string' || typeof state !== 'string' || !onBoard) return null;
  return { id, name, state };
};

const sprintOf = (value: Json): Sprint | null => {
  if (typeof value === 'string') return parseSprintText(value);
  return isJsonObject(value) ? fromObject(value) : null;
};

/** Every sprint a field's value holds, one or a list, in its order. No other field yields one. */
export const sprintsIn = (value: Json): Sprint[] => {
  const values = Array.isArray(value) ? value : [value];
  return values.map(sprintOf).filter((sprint) => sprint !== null);
};

/** The active one, else the last, because Jira lists the sprints an issue was in from old to new. */
export const currentSprint = (sprints: Sprint[]): Sprint | null =>
  sprints.find(({ state }) => state.toLowerCase() === 'active') ?? sprints.at(-1) ?? null;
