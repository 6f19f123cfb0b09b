import type { Table } from './table-client.ts';

/** Where a call goes, and what ends it: enough where keys are given, which say whose rows they are. */
export type TableCall = { table: Table; signal: AbortSignal };

/** Where a call goes, whose rows it is about, and what ends it. */
export type Place = TableCall & { tenant: string };

/** The place of a walk over pages: each call has a signal of its own, because all of it may take longer than one may. */
export type Walk = { table: Table; tenant: string; newSignal: () => AbortSignal };
