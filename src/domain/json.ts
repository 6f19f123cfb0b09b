export type JsonObject = { [name: string]: Json };

/** A value `JSON.parse` can return. */
export type Json = string | number | boolean | null | Json[] | JsonObject;

/** True for a JSON object: not null, not an array. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The object's own property, or undefined.
 * Never the prototype's: Jira changelog items have a property named `toString`, and for an item without it the lookup
 * would return the inherited function.
 */
export const own = (object: JsonObject, name: string): Json | undefined =>
  Object.hasOwn(object, name) ? object[name] : undefined;

/** JSON with sorted property names: equal values give the same text. */
export const sortedJson = (value: Json): string =>
  JSON.stringify(value, (_name, part: Json) => (isJsonObject(part) ? inOrder(part) : part));

/** Defines properties instead of assigning them, so that `__proto__` is an ordinary name. */
const inOrder = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
