import { hideAddress } from '../../domain/address.ts';
import { isJsonObject, type Json, type JsonObject } from '../../domain/json.ts';

/** Deeper than anything Jira sends, and well below the depth at which recursion or `JSON.stringify` fails. */
const MOST_LEVELS = 100;

/** Dropped at any depth. */
const PRIVATE = new Set(['emailAddress', 'avatarUrls']);

/** Only user objects have these, so the name of a version or an option is never taken for a user's. */
const USER_MARKS = ['accountId', 'displayName', 'emailAddress', 'accountType'] as const;

const isUser = (object: JsonObject): boolean => USER_MARKS.some((mark) => Object.hasOwn(object, mark));

/** Jira Server writes a user as `name(key)` when it converts a user field to text. */
const USER_TEXT = /^([^\s()]{1,320})\(([^\s()]{1,320})\)$/;

const hideInText = (text: string): string => {
  if (!text.endsWith(')')) return text;
  const match = USER_TEXT.exec(text);
  return match?.[1] && match[2] ? `${hideAddress(match[1])}(${hideAddress(match[2])})` : text;
};

/** `self` of a Server user ends in `?username=` and the name, which may be an address. */
const withoutQuery = (url: string): string => (/@|%40/.test(url) ? (url.split('?', 1)[0] ?? '') : url);

const hideInUser = (name: string, value: Json): Json => {
  if (typeof value !== 'string') return value;
  if (name === 'name' || name === 'key' || name === 'displayName') return hideAddress(value);
  return name === 'self' ? withoutQuery(value) : value;
};

const cleanArray = (array: Json[], levels: number): Json[] | undefined => {
  const clean: Json[] = [];
  for (const element of array) {
    const value = withoutPrivateData(element, levels);
    if (value === undefined) return undefined;
    clean.push(value);
  }
  return clean;
};

const cleanObject = (object: JsonObject, levels: number): JsonObject | undefined => {
  const user = isUser(object);
  const clean: [string, Json][] = [];
  for (const [name, given] of Object.entries(object)) {
    if (PRIVATE.has(name)) continue;
    const value = withoutPrivateData(user ? hideInUser(name, given) : given, levels);
    if (value === undefined) return undefined;
    clean.push([name, value]);
  }
  // Defines properties instead of assigning them, so that a key `__proto__` stays an ordinary key.
  return Object.fromEntries(clean);
};

/**
 * A copy of the value without `emailAddress` and `avatarUrls` at any depth, and with the names of users
 * hashed where they are e-mail addresses.
 * Undefined when it is nested deeper than `levels`, or holds a number JSON cannot write (`1e400`).
 */
export const withoutPrivateData = (value: Json, levels: number = MOST_LEVELS): Json | undefined => {
  if (typeof value === 'string') return hideInText(value);
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) return levels > 0 ? cleanArray(value, levels - 1) : undefined;
  if (isJsonObject(value)) return levels > 0 ? cleanObject(value, levels - 1) : undefined;
  return value;
};
