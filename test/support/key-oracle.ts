const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';

const isIn = (set: string, point: string | undefined): boolean => point !== undefined && set.includes(point);

/** A letter that has case has another one. */
const hasCase = (point: string): boolean => point.toLowerCase() !== point.toUpperCase();

const isWord = (point: string | undefined): boolean =>
  point !== undefined && (hasCase(point) || isIn(DIGITS, point));

/** How many code points from `at` on are in the set. */
const run = (points: readonly string[], at: number, set: string): number => {
  let length = 0;
  while (isIn(set, points[at + length])) length += 1;
  return length;
};

const MOST_OF_EACH_PART = 100;

/** The key that begins exactly here, or null. */
const keyAt = (points: readonly string[], at: number): string | null => {
  if (isWord(points[at - 1]) || !isIn(UPPER, points[at])) return null;
  const project = run(points, at, `${UPPER}${DIGITS}_`);
  const number = run(points, at + project + 1, DIGITS);
  const end = at + project + 1 + number;
  const fits = project <= MOST_OF_EACH_PART && number <= MOST_OF_EACH_PART;
  const wellFormed = fits && project >= 2 && points[at + project] === '-' && number >= 1;
  if (!wellFormed || points[at + project + 1] === '0') return null;
  return isWord(points[end]) ? null : points.slice(at, end).join('');
};

/** Whole keys in a short text, found by looking at every place: slow, and without a pattern. */
export const slowKeys = (text: string): string[] => {
  const points = Array.from(text);
  const found: string[] = [];
  for (let at = 0; at < points.length; at += 1) {
    const key = keyAt(points, at);
    if (key === null) continue;
    found.push(key);
    at += key.length - 1;
  }
  return [...new Set(found)].slice(0, 50);
};

/** What a key may mean: itself, then what begins after a `_` in it. */
export const slowReadings = (key: string): string[] => {
  const points = Array.from(key);
  const shorter = points.map((point, at) => (point === '_' ? keyAt(points, at + 1) : null));
  return [key, ...shorter.filter((reading) => reading !== null)];
};
