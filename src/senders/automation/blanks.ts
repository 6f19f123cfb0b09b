import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';

/** Fields that people write: an empty text means that nothing was written. */
const TEXTS = new Set(['summary', 'description']);

/** Deeper than anything Jira sends, and well below the depth at which recursion fails. */
const MOST_LEVELS = 100;

/**
 * Replaces empty texts by null, and objects that have nothing else; lists lose such elements. A template writes `""`
 * for a smart value without a value.
 */
export const withoutBlanks = (fields: JsonObject): JsonObject =>
  entriesOf(fields, (name, value) => (TEXTS.has(name) && value === '' ? value : cleaned(value, MOST_LEVELS)));

const cleaned = (value: Json, levels: number): Json => {
  if (value === '') return null;
  if (levels === 0) return value;
  if (Array.isArray(value)) return cleanList(value, levels - 1);
  return isJsonObject(value) ? cleanObject(value, levels - 1) : value;
};

/** Removes empty elements; elements that were sent as null stay. */
const cleanList = (list: Json[], levels: number): Json[] =>
  list.flatMap((element) => {
    const clean = cleaned(element, levels);
    return clean === null && element !== null ? [] : [clean];
  });

const cleanObject = (object: JsonObject, levels: number): JsonObject | null => {
  const values = Object.values(object);
  const clean = entriesOf(object, (_name, value) => cleaned(value, levels));
  const saysNothing = values.length > 0 && Object.values(clean).every((value) => value === null);
  return saysNothing ? null : clean;
};

/** Defines properties instead of assigning them, so that a name `__proto__` stays an ordinary name. */
const entriesOf = (object: JsonObject, of: (name: string, value: Json) => Json): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([name, value]) => [name, of(name, value)]));

/** False for missing, null and empty text. */
export const isThere = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== '';
