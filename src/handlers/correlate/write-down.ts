import pMap from 'p-map';
import pRetry from 'p-retry';
import { chunks } from '../../platform/chunks.ts';
import { type Processed, putAllDone, putProcessing } from '../../store/processing.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { eventsToPark } from './events-to-park.ts';
import { reasonOf } from './reason.ts';
import type { UnitResult } from './run-unit.ts';
import { AT_A_TIME, BACKOFF } from './scope.ts';

/** Events written down together. */
const TOGETHER = 100;

/** `record`: the issue whose record alone asked for it, under whose name it is reported back; else null. */
type Entry = Processed & { record: string | null };

/** The events of a unit to write down, or the id of an issue whose events could not be found. */
const entriesOf = async (deps: BatchDeps, result: UnitResult): Promise<(Entry | string)[]> => {
  const { unit, status, attempts, reason, retryable } = result;
  try {
    const events = status === 'failed' ? await eventsToPark(deps, unit) : unit.events;
    const record = unit.kind === 'issue' && unit.events.length === 0 ? unit.issue_id : null;
    return events.map((due) => ({ ...due, status, attempts, reason, retryable, record }));
  } catch (fault) {
    deps.log.error({ reason: reasonOf(fault) }, 'nothing could be parked');
    return unit.kind === 'issue' ? [unit.issue_id] : [];
  }
};

/**
 * A record without an event of its own is parked under the one its snapshot shows. Where that is handled already,
 * nothing would bring the record back, so it is reported.
 * @returns the event's id when it could not be written down
 */
const writeOne = async (deps: BatchDeps, { record, ...processed }: Entry): Promise<string[]> => {
  const write = () => putProcessing(deps.table, deps.tenant, processed, deps.clock(), newScope(deps).signal);
  try {
    const written = await pRetry(write, BACKOFF);
    return written || record === null ? [] : [record];
  } catch (fault) {
    const { event_id } = processed;
    deps.log.error({ event_id, reason: reasonOf(fault) }, 'processing could not be written down');
    return [event_id];
  }
};

const writeEach = async (deps: BatchDeps, some: Entry[]): Promise<string[]> =>
  (await pMap(some, (processed) => writeOne(deps, processed), { concurrency: AT_A_TIME })).flat();

/** Together; one by one where that fails, because one that is refused must not hold up the others. */
const writeDone = async (deps: BatchDeps, done: Entry[]): Promise<string[]> => {
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
  const entries = (
    await pMap(results, (result) => entriesOf(deps, result), { concurrency: AT_A_TIME })
  ).flat();
  const found = entries.filter((entry) => typeof entry !== 'string');
  const lost = entries.filter((entry) => typeof entry === 'string');
  const failed = found.filter(({ status }) => status === 'failed');
  const done = found.filter(({ status }) => status !== 'failed');
  const unwritten = await writeEach(deps, failed);
  for (const some of chunks(done, TOGETHER)) unwritten.push(...(await writeDone(deps, some)));
  return new Set([...lost, ...unwritten]);
};
