/** Characters of a query that are kept: it is not signed, and must not fill an item. */
const MOST_KEPT_CHARACTERS = 2_000;

/** A query as an event's identity has it: as it was sent, but without `token`, however that name is encoded. */
export const withoutToken = (rawQuery: string): string =>
  rawQuery
    .split('&')
    .filter((part) => !new URLSearchParams(part).has('token'))
    .join('&');

/** The same as it is kept with the event, for a replay. */
export const keptQuery = (rawQuery: string): string => withoutToken(rawQuery).slice(0, MOST_KEPT_CHARACTERS);

/** The credential in a query. Two tokens are joined, as two headers of one name are: together they are none. */
export const tokenIn = (rawQuery: string): ReadonlyMap<string, string> => {
  const tokens = new URLSearchParams(rawQuery).getAll('token');
  return new Map(tokens.length === 0 ? [] : [['token', tokens.join(',')]]);
};
