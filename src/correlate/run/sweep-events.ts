import { SWEEP_MINUTES } from '../../contract/functions.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import { inTurn } from '../../domain/tenant.ts';
import { readTenants } from '../../store/connections/tenants.ts';
import { listRetryable, stopRetrying } from '../../store/events/parked.ts';
import { readProcessing } from '../../store/events/processing.ts';
import { moveSweepMark, readSweepMark, type SweepMark } from '../../store/events/progress.ts';
import { daysBetween, waitingOfDay, waitingSince } from '../known/waiting-events.ts';
import { processEvents } from './process-batch.ts';
import { reasonOf } from './run-unit.ts';
import { type BatchDeps, newScope } from './scope.ts';
import { logFailed } from './write-down.ts';

/**
 * Sweeps every tenant, that of the built-in sources whatever else can be read. What fails for one keeps no other from
 * being swept.
 * @throws the first fault, when all the others are swept
 */
export const sweepTenants = async (deps: SweepDeps): Promise<Swept> => {
  const faults: unknown[] = [];
  const noteFault = (tenant_id: string | null) => (fault: unknown) => {
    deps.log.error({ tenant_id, reason: reasonOf(fault) }, 'not swept');
    faults.push(fault);
  };
  const swept: Swept = { found: 0, complete: true };
  const tenants = await tenantIds(deps).catch(noteFault(null));
  for (const tenant of inTurn(
    tenants ?? [deps.tenant],
    Math.floor(deps.clock() / (SWEEP_MINUTES * MINUTE_MS)),
  )) {
    const own = await sweepEvents({ ...deps, tenant }).catch(noteFault(tenant));
    swept.found += own?.found ?? 0;
    swept.complete &&= own?.complete ?? false;
  }
  if (faults.length > 0) throw faults[0];
  return swept;
};

const tenantIds = async (deps: SweepDeps): Promise<string[]> =>
  (await readTenants(newScope(deps))).map(({ tenant_id }) => tenant_id);

/** `found`: events without a status; `complete`: all of them are handled or parked now. */
export type Swept = { found: number; complete: boolean };

export type SweepDeps = BatchDeps & { retention_days: number };

const NOTHING_FOUND: Swept = { found: 0, complete: true };

const both = (a: Swept, b: Swept): Swept => ({
  found: a.found + b.found,
  complete: a.complete && b.complete,
});

/** Younger events are the stream's: it brings them within seconds. */
const MIN_AGE_MS = SWEEP_MINUTES * 60_000;

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
    deps.log.warn(
      { alarm: 'sweep-found', tenant_id: tenant, found: total.found, complete: total.complete },
      'sweep',
    );
  }
  const moved = { read: mark, to_ms: range.to_ms };
  if (total.complete && mayMove(mark, now))
    await moveSweepMark({ table, tenant, signal: newScope(deps).signal }, moved);
  await retryParked(deps, now);
  return total;
};

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
 * Tries events again that were parked because the table or the artifact store failed, each once: an outage of seconds
 * is over before anyone reads of it. What fails again is parked anew, behind the others.
 * @param beforeMs those parked before (epoch milliseconds)
 * @throws UnavailableError
 */
const retryParked = async (deps: BatchDeps, beforeMs: number): Promise<void> => {
  const pages = listRetryable({ ...deps, newSignal: () => newScope(deps).signal }, beforeMs);
  for await (const page of pages) {
    const { retry: due = [], give_up = [] } = await sortOut(deps, page);
    if (give_up.length > 0) await giveUp(deps, give_up);
    await retryDue(deps, due);
  }
};

type Next = 'retry' | 'give_up' | 'nothing';

/** Three tries in each sweep of a day: what fails for longer is no outage, and waits for a replay. */
const MOST_ATTEMPTS = 288;

/** The index may still list what was handled a moment ago. */
const sortOut = async (deps: BatchDeps, eventIds: string[]): Promise<Partial<Record<Next, string[]>>> => {
  const processing = await readProcessing(newScope(deps), eventIds, deps.clock());
  return Object.groupBy(eventIds, (_, index): Next => {
    const { status, attempts = 0 } = processing[index] ?? {};
    if (status !== 'failed') return 'nothing';
    return attempts < MOST_ATTEMPTS ? 'retry' : 'give_up';
  });
};

const giveUp = async (deps: BatchDeps, eventIds: string[]): Promise<void> => {
  const now = deps.clock();
  for (const eventId of eventIds) await stopRetrying(newScope(deps), eventId, now);
  deps.count('ProcessingFailed', eventIds.length);
  logFailed(deps, eventIds, {}, 'parked events are not tried again');
};

const retryDue = async (deps: BatchDeps, eventIds: string[]): Promise<void> => {
  for await (const { events, failed } of processEvents(withoutAlarm(deps), eventIds))
    deps.log.warn({ retried: events, failed }, 'parked events tried again');
};

/** The alarm rang when it was parked; it is not to ring again in each sweep. */
const withoutAlarm = (deps: BatchDeps): BatchDeps => ({
  ...deps,
  count: (name, value) => {
    if (name !== 'ProcessingFailed') deps.count(name, value);
  },
});

/**
 * Instead of a first sweep of a table that was made just now: remembers that nothing waits in it, which the sweep would
 * find out by a query for each day that events are kept.
 */
export const passNewTable = ({ clock, ...deps }: BatchDeps): Promise<void> => {
  const moved = { read: { swept_ms: null, lowered_ms: null }, to_ms: clock() - MIN_AGE_MS };
  return moveSweepMark(newScope(deps), moved);
};
