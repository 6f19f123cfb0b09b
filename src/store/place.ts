import type { Table } from './table-client.ts';

/** Where a call goes, and what ends it: enough where keys are given, which say whose rows they are. */
export type TableCall = { table: Table; signal: AbortSignal };

/** Where a call goes, whose rows it is about, and what ends it. */
export type Place = TableCall & { tenant: string };
