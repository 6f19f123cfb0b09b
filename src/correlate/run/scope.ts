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
 * Waits before a row that a concurrent run has written is read again, with backoff and jitter: otherwise all writers of
 * the row would return at once, and all but one be refused again.
 */
export const afterConflict = (tries: number): Promise<void> =>
  sleep(backoffMs(tries + 1, Math.random(), CONFLICT));

/**
 * Where a run reads and writes. `row` and `put` share their calls with others that run at the same time; the contents
 * of a row that is `put` must not depend on when it is written.
 */
export type Scope = ReadScope & { row: RowReader; put: RowWriter };

/** Everything a run needs. */
export type BatchDeps = {
  table: Table;
  tenant: string;
  /** The tenant of the built-in sources, whose documents have no tenant in their keys. */
  home: string;
  /** The tenant whose Jira is read for what webhooks do not bring; null when there is none. */
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

/** A scope for one try; its signal aborts after `ms`. */
export const newScope = ({ table, tenant }: Pick<BatchDeps, 'table' | 'tenant'>, ms = TRY_MS): Scope => {
  const signal = newSignal(ms);
  return { table, tenant, signal, rows: rowsReader({ table, signal }), ...gathered(table) };
};

const newSignal = (ms = TRY_MS): AbortSignal => AbortSignal.timeout(ms);

/** One for each table, so that units that run at the same time share their calls. */
const gatherers = new WeakMap<Table, Gathered>();

const gathered = (table: Table): Gathered => {
  const own = gatherers.get(table) ?? gather(table, () => newSignal());
  gatherers.set(table, own);
  return own;
};

/** Calls in flight at a time: enough to hide the latency of the table, few enough not to crowd out ingest. */
export const AT_A_TIME = 16;

/** Issues of a batch looked at in parallel: the more there are, the more rows one call reads. */
export const ISSUES_TOGETHER = 64;

/** Deliveries of commits processed in parallel; each may list 2,000, and makes its own calls. */
export const UNITS_AT_A_TIME = 4;

/** How often a derived row is retried because a concurrent run has written it meanwhile. */
export const MOST_CONFLICTS = 50;

/** Three tries within about a second: a batch is delayed by seconds, never blocked. */
export const BACKOFF = { tries: 3, first_ms: 400, longest_ms: 800, by_chance: 0.5 };
