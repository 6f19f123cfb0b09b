import { MOST_KEYS } from './named.ts';

/** A project's key begins with a letter and has two characters. */
const READING = /^[A-Z][A-Z0-9_]+-/;

/** What follows each `_` of a project's key, if that is one too, longest first. */
const shorterReadings = (key: string): string[] => {
  const parts = key.split('_');
  return parts.slice(1).flatMap((_, index) => {
    const rest = parts.slice(index + 1).join('_');
    return READING.test(rest) ? [rest] : [];
  });
};

/**
 * What each key may mean, the more exact first: `_` belongs to some projects' keys, and parts words in others, so
 * `FEATURE_ABC-1` may be that or `ABC-1`. All together at most `MOST_KEYS` if the keys are, since each is a row that
 * waits for ever.
 */
export const readingsOf = (keys: string[]): string[][] => {
  let room = MOST_KEYS - keys.length;
  return keys.map((key) => {
    const shorter = shorterReadings(key).slice(0, room);
    room -= shorter.length;
    return [key, ...shorter];
  });
};

/** True when there are more readings than `readingsOf` gives. */
export const leavesOut = (keys: string[]): boolean =>
  keys.length + keys.flatMap(shorterReadings).length > MOST_KEYS;
