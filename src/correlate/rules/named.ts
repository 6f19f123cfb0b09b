import type { Named, Said } from '../../domain/link.ts';
import { isOver, unionInOrder } from './order.ts';

/** More keys than this in one place (a message, a title, the names of all branches) are not looked at. */
export const MOST_KEYS = 50;

/** Stands for an instant that nobody told: older than any other. */
export const UNKNOWN_MS = 0;

/** What says that keys were left out, or nothing. */
export const truncatedIf = (isTruncated: boolean): { keys_truncated?: true } =>
  isTruncated ? { keys_truncated: true } : {};

/** The keys of both, without anything else the two may say. */
export const joinNamed = (a: Named, b: Named): Named => ({
  keys: unionInOrder(a.keys, b.keys, MOST_KEYS),
  ...truncatedIf(a.keys_truncated === true || b.keys_truncated === true || isOver(a.keys, b.keys, MOST_KEYS)),
});

/**
 * What was said last, for a title is corrected; both where they were said at the same instant, for then one sender
 * told less than the other.
 */
export const latestSaid = (a: Said, b: Said): Said => {
  if (a.updated_ms === b.updated_ms) return { ...joinNamed(a, b), updated_ms: a.updated_ms };
  const { keys, keys_truncated, updated_ms } = a.updated_ms > b.updated_ms ? a : b;
  return { keys, ...truncatedIf(keys_truncated === true), updated_ms };
};
