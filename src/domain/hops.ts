/** The header that says how many executions led to a delivery; ingest keeps it with the event. */
export const HOPS_HEADER = 'webhook-hops';

/**
 * How many executions led to an event: the largest number in the header, as repeated headers arrive joined by commas.
 * Anything that is not a number counts as infinite, so that a loop ends even if the header is malformed.
 * @param headers the headers kept of a delivery, by lower-case name
 */
export const hopsOf = (headers: Readonly<Record<string, string>> | undefined): number => {
  const text = headers?.[HOPS_HEADER];
  if (text === undefined) return 0;
  return Math.max(...text.split(',').map((part) => numberIn(part.trim())));
};

const numberIn = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY);
