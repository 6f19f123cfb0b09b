import type { Named, Said } from '../../domain/link.ts';

/** Limit of keys that are kept from one place (a message, a title, the names of all branches). */
export const MOST_KEYS = 50;

/** The keys of both; any other fields are dropped. */
export const joinNamed = (a: Named, b: Named): Named => ({
  keys: unionInOrder(a.keys, b.keys, MOST_KEYS),
  ...truncatedIf(a.keys_truncated === true || b.keys_truncated === true || isOver(a.keys, b.keys, MOST_KEYS)),
});

/**
 * The union, in the order of a list that contains all of it, else sorted, so that a shorter list changes nothing. Of
 * two such orders the greater text wins, and the sorted order is the smallest: the result does not depend on the order
 * in which lists are joined.
 */
const unionInOrder = (a: string[], b: string[], most: number): string[] => {
  const all = union(a, b, most);
  const isWhole = (list: string[]) => list.length === all.length && all.every((text) => list.includes(text));
  const [first = all, second = first] = [a, b].filter(isWhole);
  return JSON.stringify(first) >= JSON.stringify(second) ? first : second;
};

/**
 * The union, sorted. If there are too many, the smallest are kept: no element of the final result is dropped on the
 * way, in whatever order sets are joined.
 */
export const union = (a: string[], b: string[], most: number): string[] =>
  unique([...a, ...b])
    .sort()
    .slice(0, most);

/** Each text once, in the order of first appearance. */
export const unique = (texts: string[]): string[] => [...new Set(texts)];

/** The flag that keys were left out, or no field. */
export const truncatedIf = (isTruncated: boolean): { keys_truncated?: true } =>
  isTruncated ? { keys_truncated: true } : {};

/** True when `union` leaves something out. */
export const isOver = (a: string[], b: string[], most: number): boolean => new Set([...a, ...b]).size > most;

/**
 * The keys of the newer text, because titles get corrected. If both have the same time, the keys of both: then one
 * sender sent less than the other.
 */
export const latestSaid = (a: Said, b: Said): Said => {
  if (a.updated_ms === b.updated_ms) return { ...joinNamed(a, b), updated_ms: a.updated_ms };
  const { keys, keys_truncated, updated_ms } = a.updated_ms > b.updated_ms ? a : b;
  return { keys, ...truncatedIf(keys_truncated === true), updated_ms };
};

/** Compares numbers as text by value, and other text in a fixed order. */
export const shorterFirst = (a: string, b: string): number =>
  a.length - b.length || (a === b ? 0 : a < b ? -1 : 1);

/** The longer of two texts; of two equally long ones the greater, so that their order does not matter. */
export const fuller = (a: string, b: string): string => {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a >= b ? a : b;
};

/** An unknown instant: older than any other. */
export const UNKNOWN_MS = 0;
