/**
 * The version of a snapshot's fields, compared part by part in this order.
 * `updated` first: a comment's delivery carries an older `updated` under a newer `timestamp`.
 * `event_id` only breaks ties, so that every order of arrival ends in the same snapshot.
 */
export type Version = { updated_ms: number; timestamp_ms: number; event_id: string };

/** True when both are the same version of the same delivery's bytes. */
export const sameVersion = (a: Version, b: Version): boolean =>
  a.updated_ms === b.updated_ms && a.timestamp_ms === b.timestamp_ms && a.event_id === b.event_id;

/** True when `a` is newer than `b`. */
export const isNewer = (a: Version, b: Version): boolean => {
  if (a.updated_ms !== b.updated_ms) return a.updated_ms > b.updated_ms;
  if (a.timestamp_ms !== b.timestamp_ms) return a.timestamp_ms > b.timestamp_ms;
  return a.event_id > b.event_id;
};
