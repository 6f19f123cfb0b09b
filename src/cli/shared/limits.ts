/** Milliseconds that the calls for one item may take: nobody waits for an answer within Jira's 5 s here. */
const ITEM_MS = 30_000;

/** A fresh signal that ends the calls for one item. */
export const itemDeadline = (): AbortSignal => AbortSignal.timeout(ITEM_MS);
