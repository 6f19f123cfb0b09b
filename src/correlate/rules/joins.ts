import type { Named, Said } from '../../domain/link.ts';

/** More keys than this in one place (a message, a title, the names of all branches) are not looked at. */
export const MOST_KEYS = 50;

/** The keys of both, without anything else the two may say. */
export const joinNamed = (a: Named, b: Named): Named => ({
  keys: unionInOrder(a.keys, b.keys, MOST_KEYS),
  ...truncatedIf(a.keys_truncated === true || b.keys_truncated === true || isOver(a.keys, b.keys, MOST_KEYS)),
});

/**
 * The union, in the order of a list that holds all of it, else sorted: a list with less changes nothing. Of two
 * orders always the same one counts, and the sorted one last, so that it stays a union however lists are joined.
 */
const unionInOrder = (a: string[], b: string[], most: number): string[] => {
  const all = union(a, b, most);
  const isWhole = (list: string[]) => list.length === all.length && all.every((text) => list.includes(text));
  const [first = all, second = first] = [a, b].filter(isWhole);
  return JSON.stringify(first) >= JSON.stringify(second) ? first : second;
};

/**
 * The union, sorted. Of too many the smallest stay: so whatever is among the smallest of all has never been
 * dropped on the way, in whatever order sets were joined.
 */
export const union = (a: string[], b: string[], most: number): string[] =>
  unique([...a, ...b])
    .sort()
    .slice(0, most);

/** Each once, in the order of their first appearance. */
export const unique = (texts: string[]): string[] => [...new Set(texts)];

/** What says that keys were left out, or nothing. */
export const truncatedIf = (isTruncated: boolean): { keys_truncated?: true } =>
  isTruncated ? { keys_truncated: true } : {};

/** True when `union` leaves something out. */
export const isOver = (a: string[], b: string[], most: number): boolean => new Set([...a, ...b]).size > most;

/**
 * What was said last, for a title is corrected; both where they were said at the same instant, for then one sender
 * said less than the other.
 */
export const latestSaid = (a: Said, b: Said): Said => {
  if (a.updated_ms === b.updated_ms) return { ...joinNamed(a, b), updated_ms: a.updated_ms };
  const { keys, keys_truncated, updated_ms } = a.updated_ms > b.updated_ms ? a : b;
  return { keys, ...truncatedIf(keys_truncated === true), updated_ms };
};

/** Numbers as text in numeric order, everything else in an order that never changes. */
export const shorterFirst = (a: string, b: string): number =>
  a.length - b.length || (a === b ? 0 : a < b ? -1 : 1);

/** The longer of two texts; of equally long ones always the same. */
export const fuller = (a: string, b: string): string => {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a >= b ? a : b;
};

/** An unknown instant: older than any other. */
export const UNKNOWN_MS = 0;
