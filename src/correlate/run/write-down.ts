import pMap from 'p-map';
import { toPhoenixIso } from '../../domain/instant.ts';
import { chunks } from '../../platform/chunks.ts';
import { retry } from '../../platform/retry.ts';
import { type Processed, putAllDone, putProcessing } from '../../store/events/processing.ts';
import { reasonOf, type UnitResult } from './run-unit.ts';
import { AT_A_TIME, BACKOFF, type BatchDeps, newScope } from './scope.ts';

/** Events whose status is written together. */
const TOGETHER = 100;

/**
 * Writes the status of each event: processed, not needed, or parked. Never rejects.
 * @returns ids of the events for which no status could be written
 */
export const writeDown = async (deps: BatchDeps, results: UnitResult[]): Promise<Set<string>> => {
  const entries = results.flatMap(entriesOf);
  const failed = entries.filter(({ status }) => status === 'failed');
  const done = entries.filter(({ status }) => status !== 'failed');
  const unwritten = await writeEach(deps, failed);
  for (const some of chunks(done, TOGETHER)) unwritten.push(...(await writeDone(deps, some)));
  return new Set(unwritten);
};

const entriesOf = ({ unit, status, attempts, reason, retryable }: UnitResult): Processed[] =>
  unit.events.map((due) => ({ ...due, status, attempts, reason, retryable }));

const writeEach = async (deps: BatchDeps, some: Processed[]): Promise<string[]> =>
  (await pMap(some, (processed) => writeOne(deps, processed), { concurrency: AT_A_TIME })).flat();

/** @returns the event's id when its status could not be written */
const writeOne = async (deps: BatchDeps, processed: Processed): Promise<string[]> => {
  const write = () => putProcessing(newScope(deps), processed, deps.clock());
  try {
    await retry(write, BACKOFF);
    return [];
  } catch (fault) {
    const { event_id } = processed;
    deps.log.error({ event_id, reason: reasonOf(fault) }, 'processing could not be written down');
    return [event_id];
  }
};

/** Writes them together, or one by one if that fails, because a refused one must not hold up the others. */
const writeDone = async (deps: BatchDeps, done: Processed[]): Promise<string[]> => {
  try {
    await putAllDone(newScope(deps), done, deps.clock());
    return [];
  } catch {
    return writeEach(deps, done);
  }
};

/** At most this many ids go into a log line. */
const MOST_LISTED = 20;

/** The line behind the alarm `ProcessingFailed`: runbooks search for it. */
export const logFailed = (
  { clock, log }: Pick<BatchDeps, 'clock' | 'log'>,
  eventIds: string[],
  more: object,
  message: string,
): void => {
  const event_ids = eventIds.slice(0, MOST_LISTED);
  log.error({ alarm: 'processing-failed', generated_at: toPhoenixIso(clock()), event_ids, ...more }, message);
};
