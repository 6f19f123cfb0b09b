import type { Table } from '../../store/table-client.ts';

/** Where a run reads and writes, and the signal that ends its calls. */
export type Scope = { table: Table; tenant: string; signal: AbortSignal };

/** Calls under way at a time: enough to hide the way to the table, few enough not to crowd out ingest. */
export const AT_A_TIME = 16;

/** Units at work at a time; each has its own calls under way. */
export const UNITS_AT_A_TIME = 4;

/** How often a derived row is tried again because another batch has written it meanwhile. */
export const MOST_CONFLICTS = 50;

/** Three tries within about a second: a batch is delayed by seconds, never blocked. */
export const BACKOFF = { retries: 2, minTimeout: 200, factor: 2, randomize: true };
