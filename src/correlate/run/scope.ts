import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import { backoffMs } from '../../platform/retry.ts';
import {
  type Gathered,
  gather,
  type RowReader,
  type RowWriter,
  rowsReader,
} from '../../store/calls/gather.ts';
import type { Table } from '../../store/calls/table.ts';
import type { RawBodies } from '../../store/events/put-event.ts';
import type { ArtifactStore } from '../documents/artifact-store.ts';
import type { ReadScope } from '../known/known-refs.ts';

const CONFLICT = { first_ms: 5, longest_ms: 500, by_chance: 1 };

/**
 * Waits before a row that another batch has written is read again, longer each time and by chance: many that want
 * the same row would otherwise come back together, and all but one be refused again.
 */
export const afterConflict = (tries: number): Promise<void> =>
  sleep(backoffMs(tries + 1, Math.random(), CONFLICT));

/**
 * Where a run reads and writes. `row` reads and `put` writes together with others that work at the same time; what
 * is put says the same whenever it is written.
 */
export type Scope = ReadScope & { row: RowReader; put: RowWriter };

/** Everything a run needs. */
export type BatchDeps = {
  table: Table;
  tenant: string;
  /** The tenant of the built-in sources, whose documents have no tenant in their keys. */
  home: string;
  /** The tenant whose Jira is asked for what webhooks do not bring; null when none is. */
  site_tenant: string | null;
  rawBodies: RawBodies;
  artifacts: ArtifactStore;
  git_sha: string;
  clock: Clock;
  log: Logger;
  count: Count;
};

/**
 * Milliseconds for one try at one record. A delivery may list 2,000 commits, and no caller waits for an answer;
 * single calls have their own, much shorter limits.
 */
export const TRY_MS = 120_000;

/** A scope whose calls end with this try; `ms`: how long it may take. */
export const newScope = ({ table, tenant }: Pick<BatchDeps, 'table' | 'tenant'>, ms = TRY_MS): Scope => {
  const signal = newSignal(ms);
  return { table, tenant, signal, rows: rowsReader({ table, signal }), ...gathered(table) };
};

const newSignal = (ms = TRY_MS): AbortSignal => AbortSignal.timeout(ms);

/** One for each table, so that units at work at the same time share their calls. */
const gatherers = new WeakMap<Table, Gathered>();

const gathered = (table: Table): Gathered => {
  const own = gatherers.get(table) ?? gather(table, () => newSignal());
  gatherers.set(table, own);
  return own;
};

/** Calls under way at a time: enough to hide the way to the table, few enough not to crowd out ingest. */
export const AT_A_TIME = 16;

/** Issues of a batch looked at together: the more of them, the more rows come with one call. */
export const ISSUES_TOGETHER = 64;

/** Deliveries of commits at work at a time; each may list 2,000, and has its own calls under way. */
export const UNITS_AT_A_TIME = 4;

/** How often a derived row is tried again because another batch has written it meanwhile. */
export const MOST_CONFLICTS = 50;

/** Three tries within about a second: a batch is delayed by seconds, never blocked. */
export const BACKOFF = { tries: 3, first_ms: 400, longest_ms: 800, by_chance: 0.5 };
