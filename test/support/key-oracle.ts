const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';

const isIn = (set: string, point: string | undefined): boolean => point !== undefined && set.includes(point);

/** A letter that has case has another one. */
const hasCase = (point: string): boolean => point.toLowerCase() !== point.toUpperCase();

const isWord = (point: string | undefined): boolean =>
  point !== undefined && (hasCase(point) || isIn(DIGITS, point) || point === '_');

/** How many code points from `at` on are in the set. */
const run = (points: readonly string[], at: number, set: string): number => {
  let length = 0;
  while (isIn(set, points[at + length])) length += 1;
  return length;
};

const MOST_DIGITS_OF_A_WORD = 9;
const MOST_OF_EACH_PART = 100;

/** True when a `-` and a number follow that begins no word. */
const numberGoesOn = (points: readonly string[], at: number): boolean => {
  if (points[at] !== '-') return false;
  const digits = run(points, at + 1, DIGITS);
  const next = points[at + 1 + digits];
  const isWordStart = digits <= MOST_DIGITS_OF_A_WORD && next !== undefined && hasCase(next);
  return digits > 0 && !isWordStart;
};

/** The key that begins exactly here, or null. */
const keyAt = (points: readonly string[], at: number): string | null => {
  if (isWord(points[at - 1]) || !isIn(UPPER, points[at])) return null;
  const project = run(points, at, `${UPPER}${DIGITS}_`);
  const number = run(points, at + project + 1, DIGITS);
  const end = at + project + 1 + number;
  const fits = project <= MOST_OF_EACH_PART && number <= MOST_OF_EACH_PART;
  const wellFormed = fits && project >= 2 && points[at + project] === '-' && number >= 1;
  if (!wellFormed || points[at + project + 1] === '0') return null;
  return isWord(points[end]) || numberGoesOn(points, end) ? null : points.slice(at, end).join('');
};

/** Keys in a short text, found by looking at every place: slow, and without a pattern. */
export const slowKeys = (text: string): string[] => {
  const points = Array.from(text);
  const found = points.map((_, at) => keyAt(points, at)).filter((key) => key !== null);
  return [...new Set(found)].slice(0, 50);
};
