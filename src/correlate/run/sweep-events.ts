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
 * Sweeps every tenant; if their list cannot be read, only that of the built-in sources. A failure for one tenant does
 * not keep the others from being swept.
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

/** `found`: events without a status; `complete`: all of them are processed or parked now. */
export type Swept = { found: number; complete: boolean };

export type SweepDeps = BatchDeps & { retention_days: number };

const NOTHING_FOUND: Swept = { found: 0, complete: true };

const both = (a: Swept, b: Swept): Swept => ({
  found: a.found + b.found,
  complete: a.complete && b.complete,
});

/** Younger events are left to the stream, which delivers them within seconds. */
const MIN_AGE_MS = SWEEP_MINUTES * 60_000;

/**
 * Finds events older than 15 minutes without a status, processes them, and stores how far it came: the stream keeps
 * records for 24 hours, and an event that it did not deliver must not be lost. Then it retries the events that an
 * outage parked.
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

/**
 * False until 15 minutes after a replay lowered the mark: it releases the events from quarantine seconds later, and a
 * sweep that runs before that does not see them.
 */
const mayMove = ({ lowered_ms }: SweepMark, now: number): boolean =>
  lowered_ms === null || lowered_ms < now - MIN_AGE_MS;

/**
 * Retries, once each, the events that were parked because the table or the artifact store failed: a short outage is
 * then repaired without anyone's help. An event that fails again is parked again, behind the others.
 * @param beforeMs only events parked before this time (epoch milliseconds)
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

/** Three tries in each sweep of a day: a failure that lasts longer is no outage, and the event waits for a replay. */
const MOST_ATTEMPTS = 288;

/** Decides by the status of each event: the index may still list events that have just been processed. */
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

/** Leaves out `ProcessingFailed`: the alarm was raised when the event was parked; no sweep is to raise it again. */
const withoutAlarm = (deps: BatchDeps): BatchDeps => ({
  ...deps,
  count: (name, value) => {
    if (name !== 'ProcessingFailed') deps.count(name, value);
  },
});

/**
 * Sets the mark of a new table, in place of a first sweep: nothing can be unprocessed in it, and the sweep would need a
 * query for each day that events are kept to find that out.
 */
export const passNewTable = ({ clock, ...deps }: BatchDeps): Promise<void> => {
  const moved = { read: { swept_ms: null, lowered_ms: null }, to_ms: clock() - MIN_AGE_MS };
  return moveSweepMark(newScope(deps), moved);
};
