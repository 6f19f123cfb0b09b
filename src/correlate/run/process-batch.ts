import pMap from 'p-map';
import { BATCH_SIZE } from '../../contract/functions.ts';
import { toPhoenixIso } from '../../domain/instant.ts';
import { chunks } from '../../platform/chunks.ts';
import { type Moment, momentOf } from '../../platform/clock.ts';
import { retry } from '../../platform/retry.ts';
import {
  LIMITS,
  type Limits,
  limitsFor,
  runAlone,
  runUnit,
  type Tried,
  type UnitResult,
} from './run-unit.ts';
import { BACKOFF, type BatchDeps, ISSUES_TOGETHER, newScope, UNITS_AT_A_TIME } from './scope.ts';
import { readDue, type Unit, unitsOf } from './units.ts';
import { type WrittenRun, writeBatchDocument } from './write-document.ts';
import { logFailed, writeDown } from './write-down.ts';

/**
 * The result of a batch. `unwritten`: ids of events for which no status could be written; `complete`: every event was
 * processed or parked, and the document is written.
 */
type BatchResult = {
  run: WrittenRun | null;
  failed: number;
  unwritten: Set<string>;
  complete: boolean;
};

const NONE_YET: BatchResult = { run: null, failed: 0, unwritten: new Set(), complete: true };

/**
 * Processes one batch of events, each tenant's separately: looks at what they name, writes a document of what it found,
 * and then the status of each event. A unit that fails three times is parked and blocks nothing else. A unit that times
 * out waits until the status of all others is written; then it is tried alone, and gets a document of its own. If the
 * document cannot be written, only failures get a status: the sweep processes the rest.
 * @throws UnavailableError only when the batch's events cannot even be read
 */
export const processBatch = async (
  deps: BatchDeps,
  eventIds: string[],
  limits: Limits = LIMITS,
): Promise<BatchResult> => {
  const begun = momentOf(deps.clock);
  const due = await retry(() => readDue(deps, eventIds, newScope(deps).signal), BACKOFF);
  let result = NONE_YET;
  for (const [tenant, found] of due) {
    const own = { ...deps, tenant };
    result = both(result, await processOwn(own, unitsOf(own, found), limits, begun));
  }
  return result;
};

const both = (a: BatchResult, b: BatchResult): BatchResult => ({
  run: b.run ?? a.run,
  failed: a.failed + b.failed,
  unwritten: new Set([...a.unwritten, ...b.unwritten]),
  complete: a.complete && b.complete,
});

/** Processes the events of one tenant: its documents must not show another tenant's issues. */
const processOwn = async (
  deps: BatchDeps,
  units: Unit[],
  limits: Limits,
  begun: Moment,
): Promise<BatchResult> => {
  const tried = await runAll(deps, units, limits);
  const late = tried.filter((one) => one.status === 'late');
  const done = tried.filter((one) => one.status !== 'late');
  let result = done.length > 0 || late.length === 0 ? await conclude(deps, begun, done) : NONE_YET;
  for (const one of late) {
    const usedMs = momentOf(deps.clock).steady - begun.steady;
    const alone = await runAlone(deps, one, limits, usedMs);
    result = both(result, await conclude(deps, begun, [alone]));
  }
  return result;
};

const TRIES = 3;

/** Deliveries of commits run first: what they say of an issue is stored by the time the issue's own unit runs. */
const runAll = async (deps: BatchDeps, units: Unit[], limits: Limits): Promise<Tried[]> => {
  const { together_ms, issue_ms } = limitsFor(units.length, limits);
  const within = (try_ms: number) => (unit: Unit) => runUnit(deps, unit, { tries: TRIES, try_ms, before: 0 });
  const { event = [], issue = [] } = Object.groupBy(units, ({ kind }) => kind);
  const ofEvents = await pMap(event, within(together_ms), { concurrency: UNITS_AT_A_TIME });
  return [...ofEvents, ...(await pMap(issue, within(issue_ms), { concurrency: ISSUES_TOGETHER }))];
};

/** Writes the document of the finished units, and then the status of each event. Never rejects. */
const conclude = async (deps: BatchDeps, begun: Moment, done: UnitResult[]): Promise<BatchResult> => {
  const { run, written, results } = await writeBatchDocument(deps, done);
  const failed = results.filter(hasFailed);
  for (const result of failed) logParked(deps, result);
  if (failed.length > 0) deps.count('ProcessingFailed', eventsOf(failed));
  deps.count('EventsProcessed', eventsOf(results) - eventsOf(failed));
  const unwritten = await writeDown(deps, written ? results : failed);
  logRun(deps, run, begun, results);
  return { run, failed: failed.length, unwritten, complete: written && unwritten.size === 0 };
};

const hasFailed = ({ status }: UnitResult): boolean => status === 'failed';

const logParked = (deps: BatchDeps, { unit, attempts, reason }: UnitResult): void => {
  const eventIds = unit.events.map(({ event_id }) => event_id);
  logFailed(deps, eventIds, { attempts, reason }, 'events parked');
};

const eventsOf = (results: UnitResult[]): number =>
  results.reduce((sum, { unit }) => sum + unit.events.length, 0);

const logRun = (deps: BatchDeps, run: WrittenRun | null, begun: Moment, results: UnitResult[]): void => {
  const { run_id = null, correlation } = run?.document ?? {};
  const now = momentOf(deps.clock);
  const fields = {
    run_id,
    generated_at: toPhoenixIso(now.wall),
    events: eventsOf(results),
    ...correlation?.summary,
  };
  deps.log.info({ ...fields, duration_ms: Math.round(now.steady - begun.steady) }, 'correlation');
};

/**
 * Processes stored events like those of the stream, and yields the result of each batch. `events`: their number.
 * @throws UnavailableError
 */
export async function* processEvents(
  deps: BatchDeps,
  eventIds: string[],
): AsyncGenerator<BatchResult & { events: number }> {
  for (const ids of chunks(eventIds, BATCH_SIZE)) {
    yield { events: ids.length, ...(await processBatch(deps, ids)) };
  }
}
