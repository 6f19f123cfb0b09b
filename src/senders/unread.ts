/** Paths of what a delivery holds in a shape we cannot read; missing or null is not among them. */
export type Unread = { note: (path: string) => void; paths: () => string[] };

/** A hint for people, so it stays short whatever was sent. */
const MOST_PATHS = 50;

/** A new, empty list; each path is kept once, in the order in which it was noted. */
export const createUnread = (): Unread => {
  const paths = new Set<string>();
  const note = (path: string): void => {
    if (paths.size < MOST_PATHS) paths.add(path);
  };
  return { note, paths: () => [...paths] };
};
