/** How often the sweep runs. */
export const SWEEP_MINUTES = 15;

/** How often reconciliation gets a turn, and how long one works: it is over before the next one begins. */
export const RECONCILE_MINUTES = 5;
export const TURN_MINUTES = 4;

/** How often the publish function looks which lanes have something due; locally each second. */
export const START_LANES_MINUTES = 1;

/** How often it looks for events that it missed. */
export const PUBLISH_SWEEP_MINUTES = 15;

/** How long one invocation of the send function works; what is under way by then still ends. */
export const SEND_MINUTES = 4;

/** How long the mapping of the publish function waits for a batch to fill (seconds): somebody waits for each event. */
export const PUBLISH_WINDOW_SECONDS = 0;

/** Records one invocation gets at most; a burst makes one document of correlation for each. */
export const BATCH_SIZE = 100;

/**
 * Batches of one shard at work at the same time. One is enough for some hundred deliveries a second and shard, and
 * makes one document of what came within the window.
 */
export const LANES = 1;

/**
 * How long the mapping waits for a batch to fill (seconds), unless the stack's context says otherwise. Each batch
 * costs a run and three puts, so a longer window is cheaper, and a delivery's document comes that much later.
 */
export const BATCH_WINDOW_SECONDS = 20;

/**
 * The one filter, in the language of Lambda event source mappings (developer guide, "Control which events
 * Lambda sends to your function"): a record passes if one pattern does, a pattern if all its leaves do.
 *
 * New events, and nothing else: ingest writes an event last, when all it changed is there, so one record stands for a
 * whole delivery. Expiries and erasures (`REMOVE`), snapshots, aliases, and all that correlation writes stay out. So a
 * run cannot cause another one.
 */
export const STREAM_FILTERS = [{ eventName: ['INSERT'], dynamodb: { Keys: { sk: { S: ['E'] } } } }] as const;
