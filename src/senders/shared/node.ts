import { isJsonObject, type Json, type JsonObject, own } from '../../domain/json.ts';
import { isAbsent, one, type Read, type Unread } from '../readers.ts';

/** An object of a body, its path, and the list for parts that cannot be read. */
export type Node = { object: JsonObject; path: string; unread: Unread };

/** The step to the first element of a list. */
const FIRST = '0';

/** Names of parts, from an object inwards; `0` for the first element of a list. */
export type Steps = readonly [string, ...string[]];

/** The value of a required part, or null; not noted, because without it the whole object is left out. */
export const need = <T>(read: Read<T>, { object }: Node, name: string): T | null => {
  const value = own(object, name);
  return isAbsent(value) ? null : (read(value, () => {}) ?? null);
};

/** The value at the end of the steps, or null; a present but unreadable value, there or on the way, is noted. */
export const optional = <T>(read: Read<T>, node: Node, [step, next, ...rest]: Steps): T | null => {
  const value = own(node.object, step);
  const path = `${node.path}.${step}`;
  if (next === undefined) return one(read, value, path, node.unread);
  const inside = Array.isArray(value) && next === FIRST ? { [FIRST]: value[0] ?? null } : value;
  if (isJsonObject(inside)) return optional(read, { ...node, object: inside, path }, [next, ...rest]);
  if (!isAbsent(value)) node.unread.note(path);
  return null;
};

/** Reads each object of a list, in order; the path of each element that cannot be read is noted. */
export const readEach = <T>(
  list: Json[],
  path: string,
  unread: Unread,
  read: (node: Node) => T | null,
): T[] => {
  const results: T[] = [];
  for (const [index, element] of list.entries()) {
    const at = `${path}.${index}`;
    const result = isJsonObject(element) ? read({ object: element, path: at, unread }) : null;
    if (result === null) unread.note(at);
    else results.push(result);
  }
  return results;
};
