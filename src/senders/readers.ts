import { isIssueKey } from '../domain/issue-key.ts';
import { isJsonObject, type Json, type JsonObject, own } from '../domain/json.ts';

/**
 * Reads a value that is present; undefined if its shape is unknown. `note` reports a part that could not be read
 * although the rest could.
 */
export type Read<T> = (value: Json, note: () => void) => T | undefined;

/** True for missing (unknown) and null (cleared): neither counts as unreadable. */
export const isAbsent = (value: Json | undefined): value is null | undefined =>
  value === undefined || value === null;

/** The value read, or null; a present but unreadable value is noted under the path. */
export const one = <T>(read: Read<T>, value: Json | undefined, path: string, unread: Unread): T | null => {
  if (isAbsent(value)) return null;
  const note = () => unread.note(path);
  const result = read(value, note);
  if (result === undefined) note();
  return result ?? null;
};

/** Every element that can be read, in order; the path is noted once if some cannot. */
export const many = <T>(read: Read<T>, value: Json | undefined, path: string, unread: Unread): T[] => {
  if (isAbsent(value)) return [];
  const note = () => unread.note(path);
  if (!Array.isArray(value)) {
    note();
    return [];
  }
  const results: T[] = [];
  for (const element of value) {
    if (element === null) continue;
    const result = read(element, note);
    if (result === undefined) note();
    else results.push(result);
  }
  return results;
};

/** A string, verbatim. */
export const readText: Read<string> = (value) => (typeof value === 'string' ? value : undefined);

const textOf = (value: Json, name: string): string | undefined => {
  if (!isJsonObject(value)) return undefined;
  const text = own(value, name);
  return typeof text === 'string' ? text : undefined;
};

/** The `name` of `{id, name, self}`, the form of statuses, priorities, versions and the like. */
export const readName: Read<string> = (value) => textOf(value, 'name');

/** The key of an issue or project, verbatim, if it is within the limits. */
export const readKeyText: Read<string> = (value) =>
  typeof value === 'string' && isIssueKey(value) ? value : undefined;

/** The `key` of a related issue or of a project. */
export const readKey: Read<string> = (value, note) => {
  const key = isJsonObject(value) ? own(value, 'key') : undefined;
  return readKeyText(key ?? null, note);
};

/** Reads a part of an object, or null; an unreadable part is noted for the whole object. */
export const readPart = <T>(read: Read<T>, object: JsonObject, name: string, note: () => void): T | null => {
  const value = own(object, name);
  if (isAbsent(value)) return null;
  const result = read(value, note);
  if (result === undefined) note();
  return result ?? null;
};

/** Paths of values in a delivery whose shape is unknown; missing and null values are not listed. */
export type Unread = { note: (path: string) => void; paths: () => string[] };

/** The paths are a hint for people, so the list stays short. */
const MOST_PATHS = 50;

/** A new, empty list; each path is kept once, in the order in which it was noted. */
export const createUnread = (): Unread => {
  const paths = new Set<string>();
  const note = (path: string): void => {
    if (paths.size < MOST_PATHS) paths.add(path);
  };
  return { note, paths: () => [...paths] };
};
