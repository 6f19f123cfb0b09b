/** The header that says how many executions led to a delivery; ingest keeps it with the event. */
export const HOPS_HEADER = 'webhook-hops';

/**
 * How many executions led to an event: the largest number of the header, which comes joined where it came twice. What is
 * there and no number counts as too many, because a loop that nobody can count must end too.
 * @param headers what was kept of a delivery's headers, by their lower-case names
 */
export const hopsOf = (headers: Readonly<Record<string, string>> | undefined): number => {
  const text = headers?.[HOPS_HEADER];
  if (text === undefined) return 0;
  return Math.max(...text.split(',').map((part) => numberIn(part.trim())));
};

const numberIn = (text: string): number => (/^\d+$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY);
