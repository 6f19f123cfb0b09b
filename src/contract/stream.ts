/** Records one invocation of the correlate function gets at most; a burst makes one document for each. */
export const BATCH_SIZE = 100;

/**
 * Batches of one shard at work at the same time, most of which is waiting for the table. Four keep up with some 400
 * records in the time of one batch; more would mostly wait for each other at `latest.json`.
 */
export const LANES = 4;

/** How long the mapping waits for a batch to fill (seconds); a delivery's document follows within seconds. */
export const BATCH_WINDOW_SECONDS = 1;

/**
 * The one filter, in the language of Lambda event source mappings (developer guide, "Control which events
 * Lambda sends to your function"): a record passes if one pattern does, a pattern if all its leaves do.
 *
 * New events, and whatever ingest does to a snapshot. Everything else stays out: expiries and erasures
 * (`REMOVE`), aliases, and all that correlation writes, which lies under other sort keys. So a run cannot
 * cause another one.
 */
export const STREAM_FILTERS = [
  { eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['E'] } } } },
  { eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: ['S'] } } } },
] as const;
