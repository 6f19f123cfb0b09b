/** Sets the newest entry of a map of at most `most` entries, evicting the oldest if it is full. */
export const putNewest = <T>(map: Map<string, T>, key: string, value: T, most: number): void => {
  map.delete(key);
  const [oldest] = map.keys();
  if (map.size >= most && oldest !== undefined) map.delete(oldest);
  map.set(key, value);
};
