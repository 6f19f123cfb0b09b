/** Longest query that is kept: it is not signed, and must not fill an item. */
const MOST_KEPT_CHARACTERS = 2_000;

/** The query as part of the event id: as it was sent, but without `token`, however that name is encoded. */
export const withoutToken = (rawQuery: string): string =>
  rawQuery
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('token'))
    .join('&');

/** The query as kept with the event for a replay. A long one is cut, but keeps its event type. */
export const keptQuery = (rawQuery: string): string => {
  const query = withoutToken(rawQuery);
  if (query.length <= MOST_KEPT_CHARACTERS) return query;
  const naming = query.split('&').findLast((part) => eventTypeIn(part) !== null) ?? '';
  const rest = query.slice(0, Math.max(0, MOST_KEPT_CHARACTERS - naming.length - 1));
  return `${rest}&${naming}`.slice(0, MOST_KEPT_CHARACTERS);
};

/** The event type that a query names, the last one if there are several; null if none. */
export const eventTypeIn = (query: string): string | null =>
  new URLSearchParams(query).getAll('event_type').at(-1) ?? null;

/** The credential in a query. Two tokens are joined, as two headers of one name are, and so match no secret. */
export const tokenIn = (rawQuery: string): ReadonlyMap<string, string> => {
  const tokens = new URLSearchParams(rawQuery).getAll('token');
  return new Map(tokens.length === 0 ? [] : [['token', tokens.join(',')]]);
};
