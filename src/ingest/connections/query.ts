/** Characters of a query that are kept: it is not signed, and must not fill an item. */
const MOST_KEPT_CHARACTERS = 2_000;

/** A query as an event's identity has it: as it was sent, but without `token`, however that name is encoded. */
export const withoutToken = (rawQuery: string): string =>
  rawQuery
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('token'))
    .join('&');

/** The same as it is kept with the event, for a replay: of a long one, what names the event stays. */
export const keptQuery = (rawQuery: string): string => {
  const query = withoutToken(rawQuery);
  if (query.length <= MOST_KEPT_CHARACTERS) return query;
  const naming = query.split('&').findLast((part) => eventTypeIn(part) !== null) ?? '';
  const rest = query.slice(0, Math.max(0, MOST_KEPT_CHARACTERS - naming.length - 1));
  return `${rest}&${naming}`.slice(0, MOST_KEPT_CHARACTERS);
};

/** How a query calls its event: of several names the last one counts. Null where it says nothing. */
export const eventTypeIn = (query: string): string | null =>
  new URLSearchParams(query).getAll('event_type').at(-1) ?? null;

/** The credential in a query. Two tokens are joined, as two headers of one name are: together they are none. */
export const tokenIn = (rawQuery: string): ReadonlyMap<string, string> => {
  const tokens = new URLSearchParams(rawQuery).getAll('token');
  return new Map(tokens.length === 0 ? [] : [['token', tokens.join(',')]]);
};
