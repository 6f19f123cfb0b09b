/** Puts an entry as the newest of a map that holds so many at most: the oldest leaves. */
export const putNewest = <T>(map: Map<string, T>, key: string, value: T, most: number): void => {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= most && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
};
