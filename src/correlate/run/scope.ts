import { setTimeout as sleep } from 'node:timers/promises';
import { backoffMs } from '../../platform/backoff.ts';
import type { RowReader, RowsReader, RowWriter } from '../../store/calls/gather.ts';
import type { Place } from '../../store/calls/table.ts';

/** A place, and how many rows of it are read with calls of their own. */
export type ReadScope = Place & { rows: RowsReader };

/**
 * Where a run reads and writes. `row` reads and `put` writes together with others that work at the same time; what
 * is put says the same whenever it is written.
 */
export type Scope = ReadScope & { row: RowReader; put: RowWriter };

/** Calls under way at a time: enough to hide the way to the table, few enough not to crowd out ingest. */
export const AT_A_TIME = 16;

/** Issues of a batch looked at together: the more of them, the more rows come with one call. */
export const ISSUES_TOGETHER = 64;

/** Deliveries of commits at work at a time; each may list 2,000, and has its own calls under way. */
export const UNITS_AT_A_TIME = 4;

/** How often a derived row is tried again because another batch has written it meanwhile. */
export const MOST_CONFLICTS = 50;

const CONFLICT = { first_ms: 5, longest_ms: 500, by_chance: 1 };

/**
 * Waits before a row that somebody else has written is read again, longer each time and by chance: many that want
 * the same row would otherwise come back together, and all but one be refused again.
 */
export const afterConflict = (tries: number): Promise<void> =>
  sleep(backoffMs(tries + 1, Math.random(), CONFLICT));

/** Three tries within about a second: a batch is delayed by seconds, never blocked. */
export const BACKOFF = { tries: 3, first_ms: 400, longest_ms: 800, by_chance: 0.5 };
