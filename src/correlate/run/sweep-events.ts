import { moveSweepMark, readSweepMark, type SweepMark } from '../../store/events/progress.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { processEvents } from './process-events.ts';
import { retryParked } from './retry-parked.ts';
import { daysBetween, waitingOfDay, waitingSince } from './waiting-events.ts';

/** Younger events are the stream's: it brings them within seconds. */
const MIN_AGE_MS = 15 * 60_000;

export type SweepDeps = BatchDeps & { retention_days: number };

/** `found`: events without a status; `complete`: all of them are handled or parked now. */
export type Swept = { found: number; complete: boolean };

const NOTHING_FOUND: Swept = { found: 0, complete: true };

const both = (a: Swept, b: Swept): Swept => ({
  found: a.found + b.found,
  complete: a.complete && b.complete,
});

type Range = { from_ms: number; to_ms: number };

const sweepDay = async (deps: SweepDeps, day: string, range: Range): Promise<Swept> => {
  const swept = { found: 0, complete: true };
  const newSignal = () => newScope(deps).signal;
  for await (const { waiting } of waitingOfDay(
    deps.table,
    { tenant: deps.tenant, day, ...range, now_ms: deps.clock(), retention_days: deps.retention_days },
    newSignal,
  )) {
    swept.found += waiting.length;
    const eventIds = waiting.map(({ event_id }) => event_id);
    for await (const { complete } of processEvents(deps, eventIds)) swept.complete &&= complete;
  }
  return swept;
};

/** A replay takes events out of quarantine within seconds of this; until then a sweep may come before it. */
const mayMove = ({ lowered_ms }: SweepMark, now: number): boolean =>
  lowered_ms === null || lowered_ms < now - MIN_AGE_MS;

/**
 * Finds events older than 15 minutes of which nothing is written down, processes them, and remembers how far it
 * came: the stream forgets after 24 hours, and what it did not bring through must not be lost. Then it tries again
 * what an outage left parked.
 */
export const sweepEvents = async (deps: SweepDeps): Promise<Swept> => {
  const { table, tenant } = deps;
  const now = deps.clock();
  const mark = await readSweepMark({ table, tenant, signal: newScope(deps).signal });
  const range = { from_ms: waitingSince(mark, now, deps.retention_days), to_ms: now - MIN_AGE_MS };
  let total = NOTHING_FOUND;
  for (const day of daysBetween(range.from_ms, range.to_ms))
    total = both(total, await sweepDay(deps, day, range));
  if (total.found > 0) {
    deps.count('SweepFound', total.found);
    deps.log.warn({ alarm: 'sweep-found', found: total.found, complete: total.complete }, 'sweep');
  }
  const moved = { read: mark, to_ms: range.to_ms };
  if (total.complete && mayMove(mark, now))
    await moveSweepMark({ table, tenant, signal: newScope(deps).signal }, moved);
  await retryParked(deps, now);
  return total;
};

/**
 * Instead of a first sweep of a table that was made just now: remembers that nothing waits in it, which the sweep would
 * find out by a query for each day that events are kept.
 */
export const passNewTable = ({ clock, ...deps }: BatchDeps): Promise<void> => {
  const moved = { read: { swept_ms: null, lowered_ms: null }, to_ms: clock() - MIN_AGE_MS };
  return moveSweepMark(newScope(deps), moved);
};

/** Sweeps one tenant after the other. */
export const sweepTenants = async (deps: SweepDeps, tenants: readonly string[]): Promise<Swept> => {
  let total = NOTHING_FOUND;
  for (const tenant of tenants) total = both(total, await sweepEvents({ ...deps, tenant }));
  return total;
};
