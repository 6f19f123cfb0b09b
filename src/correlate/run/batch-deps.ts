import type { Clock } from '../../platform/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { Count } from '../../platform/metrics.ts';
import { type Gathered, gather, rowsReader } from '../../store/calls/gather.ts';
import type { Table } from '../../store/calls/table.ts';
import type { RawBodies } from '../../store/events/put-event.ts';
import type { ArtifactStore } from '../documents/artifact-store.ts';
import type { Scope } from './scope.ts';

/** Everything a run needs. */
export type BatchDeps = {
  table: Table;
  tenant: string;
  /** The tenant of the built-in sources, whose documents lie without a tenant in their keys. */
  home: string;
  rawBodies: RawBodies;
  artifacts: ArtifactStore;
  git_sha: string;
  clock: Clock;
  log: Logger;
  count: Count;
};

/**
 * Milliseconds for one try at one record. A delivery may list 2,000 commits, and nobody waits for an answer;
 * single calls have their own, much shorter limits.
 */
export const TRY_MS = 120_000;

const newSignal = (ms = TRY_MS): AbortSignal => AbortSignal.timeout(ms);

/** One for each table, so that units at work at the same time share their calls. */
const gatherers = new WeakMap<Table, Gathered>();

const gathered = (table: Table): Gathered => {
  const own = gatherers.get(table) ?? gather(table, () => newSignal());
  gatherers.set(table, own);
  return own;
};

/** A scope whose calls end with this try; `ms`: how long it may take. */
export const newScope = ({ table, tenant }: Pick<BatchDeps, 'table' | 'tenant'>, ms = TRY_MS): Scope => {
  const signal = newSignal(ms);
  return { table, tenant, signal, rows: rowsReader({ table, signal }), ...gathered(table) };
};
