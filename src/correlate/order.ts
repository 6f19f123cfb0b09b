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
