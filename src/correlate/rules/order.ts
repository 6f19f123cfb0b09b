/** Numbers as text in numeric order, everything else in an order that never changes. */
export const compareIds = (a: string, b: string): number =>
  a.length - b.length || (a === b ? 0 : a < b ? -1 : 1);

/** Each once, in the order of their first appearance. */
export const unique = (texts: string[]): string[] => [...new Set(texts)];

/**
 * The union, sorted. Of too many the smallest stay: so whatever is among the smallest of all has never been
 * dropped on the way, in whatever order sets were joined.
 */
export const union = (a: string[], b: string[], most: number): string[] =>
  unique([...a, ...b])
    .sort()
    .slice(0, most);

/** True when `union` leaves something out. */
export const isOver = (a: string[], b: string[], most: number): boolean => new Set([...a, ...b]).size > most;

/**
 * The union, in the order of a list that holds all of it, else sorted: a list with less changes nothing. Of two
 * orders always the same one counts, and the sorted one last, so that it stays a union however lists are joined.
 */
export const unionInOrder = (a: string[], b: string[], most: number): string[] => {
  const all = union(a, b, most);
  const isWhole = (list: string[]) => list.length === all.length && all.every((text) => list.includes(text));
  const [first = all, second = first] = [a, b].filter(isWhole);
  return JSON.stringify(first) >= JSON.stringify(second) ? first : second;
};

/** The longer of two texts; of equally long ones always the same. */
export const fuller = (a: string, b: string): string => {
  if (a.length !== b.length) return a.length > b.length ? a : b;
  return a >= b ? a : b;
};
