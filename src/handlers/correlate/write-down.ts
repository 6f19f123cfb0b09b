import pRetry from 'p-retry';
import { chunks } from '../../platform/chunks.ts';
import { eachLimit } from '../../platform/each-limit.ts';
import { type Processed, putAllDone, putProcessing } from '../../store/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { eventsToPark } from './events-to-park.ts';
import { reasonOf } from './reason.ts';
import type { UnitResult } from './run-unit.ts';
import { AT_A_TIME, BACKOFF } from './scope.ts';

/** Events written down together. */
const TOGETHER = 100;

/** The events of a unit to write down, or the id of an issue whose events could not be found. */
const entriesOf = async (deps: BatchDeps, result: UnitResult): Promise<(Processed | string)[]> => {
  const { unit, status, attempts, reason } = result;
  try {
    const events = status === 'failed' ? await eventsToPark(deps, unit) : unit.events;
    return events.map((due) => ({ ...due, status, attempts, reason }));
  } catch (fault) {
    deps.log.error({ reason: reasonOf(fault) }, 'nothing could be parked');
    return unit.kind === 'issue' ? [unit.issue_id] : [];
  }
};

/** @returns the event's id when it could not be written down */
const writeOne = async (deps: BatchDeps, processed: Processed): Promise<string[]> => {
  const write = () => putProcessing(deps.table, deps.tenant, processed, deps.clock(), newScope(deps).signal);
  try {
    await pRetry(write, BACKOFF);
    return [];
  } catch (fault) {
    const { event_id } = processed;
    deps.log.error({ event_id, reason: reasonOf(fault) }, 'processing could not be written down');
    return [event_id];
  }
};

const writeEach = async (deps: BatchDeps, some: Processed[]): Promise<string[]> =>
  (await eachLimit(some, AT_A_TIME, (processed) => writeOne(deps, processed))).flat();

/** Together; one by one where that fails, because one that is refused must not hold up the others. */
const writeDone = async (deps: BatchDeps, done: Processed[]): Promise<string[]> => {
  try {
    await putAllDone(deps.table, done, deps.clock(), newScope(deps).signal);
    return [];
  } catch {
    return writeEach(deps, done);
  }
};

/**
 * Writes down what became of the events: handled, or parked. Never rejects.
 * @returns ids of the events, or the issues, of which nothing could be written down
 */
export const writeDown = async (deps: BatchDeps, results: UnitResult[]): Promise<Set<string>> => {
  const entries = (await eachLimit(results, AT_A_TIME, (result) => entriesOf(deps, result))).flat();
  const found = entries.filter((entry) => typeof entry !== 'string');
  const lost = entries.filter((entry) => typeof entry === 'string');
  const failed = found.filter(({ status }) => status === 'failed');
  const done = found.filter(({ status }) => status !== 'failed');
  const unwritten = await writeEach(deps, failed);
  for (const some of chunks(done, TOGETHER)) unwritten.push(...(await writeDone(deps, some)));
  return new Set([...lost, ...unwritten]);
};
