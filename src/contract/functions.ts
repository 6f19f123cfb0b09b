/** How often the sweep runs. */
export const SWEEP_MINUTES = 15;

/** How often a turn of reconciliation starts, and how long it works: it ends before the next one starts. */
export const RECONCILE_MINUTES = 5;
export const TURN_MINUTES = 4;

/** How often the publish function checks which lanes have something due; locally each second. */
export const START_LANES_MINUTES = 1;

/** How often the publish function looks for events that it missed. */
export const PUBLISH_SWEEP_MINUTES = 15;

/** How long one invocation of the send function starts new attempts; those in flight are still completed. */
export const SEND_MINUTES = 4;

/** Batch window of the publish function's mapping (seconds): zero, because targets should get events at once. */
export const PUBLISH_WINDOW_SECONDS = 0;

/** Maximum records per invocation; in a burst, each batch writes its own run document. */
export const BATCH_SIZE = 100;

/**
 * Concurrent batches per shard. One is enough for some hundred deliveries a second and shard, and writes one run
 * document per batch window.
 */
export const BATCHES_PER_SHARD = 1;

/**
 * Batch window of the correlate function's mapping (seconds), unless the stack's context sets another. Each batch costs
 * a run and three puts, so a longer window is cheaper, but run documents are written that much later.
 */
export const BATCH_WINDOW_SECONDS = 20;

/**
 * The stream filter, in the language of Lambda event source mappings (developer guide, "Control which events Lambda
 * sends to your function"): a record passes if any pattern matches; a pattern matches if all its leaves do.
 *
 * Only inserts of events pass: ingest writes the event last, after everything else that the delivery changes, so one
 * record stands for a whole delivery. Expiries and erasures (`REMOVE`), snapshots, aliases and all writes of
 * correlation are filtered out, so a run cannot trigger another one.
 */
export const STREAM_FILTERS = [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['E'] } } } }] as const;
