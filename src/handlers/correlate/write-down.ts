import pRetry from 'p-retry';
import { eachLimit } from '../../platform/each-limit.ts';
import { putProcessing } from '../../store/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { eventsToPark } from './events-to-park.ts';
import { reasonOf } from './reason.ts';
import type { UnitResult } from './run-unit.ts';
import { AT_A_TIME, BACKOFF } from './scope.ts';
import type { Due } from './units.ts';

type Entry = { due: Due; result: UnitResult };

/** The events of a unit to write down, or the id of an issue whose events could not be found. */
const entriesOf = async (deps: BatchDeps, result: UnitResult): Promise<(Entry | string)[]> => {
  const { unit, status } = result;
  try {
    const events = status === 'failed' ? await eventsToPark(deps, unit) : unit.events;
    return events.map((due) => ({ due, result }));
  } catch (fault) {
    deps.log.error({ reason: reasonOf(fault) }, 'nothing could be parked');
    return unit.kind === 'issue' ? [unit.issue_id] : [];
  }
};

/** @returns the event's id when it could not be written down */
const writeEntry = async (deps: BatchDeps, { due, result }: Entry): Promise<string[]> => {
  const { status, attempts, reason } = result;
  const processed = { ...due, status, attempts, reason };
  const write = () => putProcessing(deps.table, deps.tenant, processed, deps.clock(), newScope(deps).signal);
  try {
    await pRetry(write, BACKOFF);
    return [];
  } catch (fault) {
    const { event_id } = due;
    deps.log.error({ event_id, reason: reasonOf(fault) }, 'processing could not be written down');
    return [event_id];
  }
};

/**
 * Writes down what became of the events: handled, or parked. Never rejects.
 * @returns ids of the events, or the issues, of which nothing could be written down
 */
export const writeDown = async (deps: BatchDeps, results: UnitResult[]): Promise<Set<string>> => {
  const entries = (await eachLimit(results, AT_A_TIME, (result) => entriesOf(deps, result))).flat();
  const unwritten = await eachLimit(entries, AT_A_TIME, async (entry) =>
    typeof entry === 'string' ? [entry] : writeEntry(deps, entry),
  );
  return new Set(unwritten.flat());
};
