import { listRetryable, stopRetrying } from '../../store/events/parked.ts';
import { readProcessing } from '../../store/events/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { logFailed } from './log-failed.ts';
import { processEvents } from './process-events.ts';

/** Three tries in each sweep of a day: what fails for longer is no outage, and waits for a replay. */
const MOST_ATTEMPTS = 288;

type Next = 'retry' | 'give_up' | 'nothing';

/** The index may still list what was handled a moment ago. */
const sortOut = async (deps: BatchDeps, eventIds: string[]): Promise<Partial<Record<Next, string[]>>> => {
  const processing = await readProcessing(newScope(deps), eventIds, deps.clock());
  return Object.groupBy(eventIds, (_, index): Next => {
    const { status, attempts = 0 } = processing[index] ?? {};
    if (status !== 'failed') return 'nothing';
    return attempts < MOST_ATTEMPTS ? 'retry' : 'give_up';
  });
};

/** The alarm rang when it was parked; it is not to ring again in each sweep. */
const withoutAlarm = (deps: BatchDeps): BatchDeps => ({
  ...deps,
  count: (name, value) => {
    if (name !== 'ProcessingFailed') deps.count(name, value);
  },
});

const retry = async (deps: BatchDeps, eventIds: string[]): Promise<void> => {
  for await (const { events, failed } of processEvents(withoutAlarm(deps), eventIds))
    deps.log.warn({ retried: events, failed }, 'parked events tried again');
};

const giveUp = async (deps: BatchDeps, eventIds: string[]): Promise<void> => {
  const now = deps.clock();
  for (const eventId of eventIds) await stopRetrying(newScope(deps), eventId, now);
  deps.count('ProcessingFailed', eventIds.length);
  logFailed(deps, eventIds, {}, 'parked events are not tried again');
};

/**
 * Tries events again that were parked because the table or the artifact store failed, each once: an outage of seconds
 * is over before anybody reads of it. What fails again is parked anew, behind the others.
 * @param beforeMs those parked before (epoch milliseconds)
 * @throws UnavailableError
 */
export const retryParked = async (deps: BatchDeps, beforeMs: number): Promise<void> => {
  const pages = listRetryable({ ...deps, newSignal: () => newScope(deps).signal }, beforeMs);
  for await (const page of pages) {
    const { retry: due = [], give_up = [] } = await sortOut(deps, page);
    if (give_up.length > 0) await giveUp(deps, give_up);
    await retry(deps, due);
  }
};
