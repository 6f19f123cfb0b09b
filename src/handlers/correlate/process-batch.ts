import pRetry from 'p-retry';
import { toPhoenixIso } from '../../domain/instant.ts';
import { eachLimit } from '../../platform/each-limit.ts';
import type { Hint } from '../../stream/read-hint.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import type { Touched } from './collect-findings.ts';
import { reasonOf } from './reason.ts';
import { runUnit, type UnitResult } from './run-unit.ts';
import { BACKOFF } from './scope.ts';
import { readWork } from './units.ts';
import { type WrittenRun, writeDocument } from './write-document.ts';
import { writeDown } from './write-down.ts';

/** Units at work at a time; each has its own calls under way. */
const UNITS_AT_A_TIME = 4;

/**
 * What a batch came to. `unwritten`: ids of events and issues of which nothing could be written down;
 * `complete`: everything was handled or parked, and the document is there.
 */
export type BatchResult = {
  run: WrittenRun | null;
  failed: number;
  unwritten: Set<string>;
  complete: boolean;
};

const touchedBy = (results: UnitResult[]): Touched => {
  const issues: Touched['issues'] = new Map();
  for (const { touched } of results)
    for (const [id, hints] of touched.issues) issues.set(id, new Set([...(issues.get(id) ?? []), ...hints]));
  return { issues, refs: results.flatMap(({ touched }) => touched.refs) };
};

const logFailed = (deps: BatchDeps, { unit, attempts, reason }: UnitResult): void => {
  const event_ids = unit.events.map(({ event_id }) => event_id).slice(0, 20);
  const generated_at = toPhoenixIso(deps.clock());
  deps.log.error({ alarm: 'processing-failed', generated_at, event_ids, attempts, reason }, 'events parked');
};

/**
 * The document of what was touched; without anything there is none. Null when the artifact store did not take
 * it: then nothing is written down, and the sweep comes back to the events.
 */
const documentOf = async (
  deps: BatchDeps,
  done: UnitResult[],
): Promise<{ run: WrittenRun | null } | null> => {
  const touched = touchedBy(done);
  if (touched.issues.size === 0 && touched.refs.length === 0) return { run: null };
  try {
    const write = () => writeDocument(deps, touched, { trigger: 'stream' }, { latest: true });
    return { run: await pRetry(write, BACKOFF) };
  } catch (fault) {
    deps.log.error({ alarm: 'document-unwritten', reason: reasonOf(fault) }, 'no run document');
    return null;
  }
};

const logRun = (deps: BatchDeps, run: WrittenRun | null, begun: number, results: UnitResult[]): void => {
  const { run_id = null, correlation } = run?.document ?? {};
  const now = deps.clock();
  const events = results.reduce((sum, { unit }) => sum + unit.events.length, 0);
  const fields = { run_id, generated_at: toPhoenixIso(now), events, ...correlation?.summary };
  deps.log.info({ ...fields, duration_ms: now - begun }, 'correlation');
};

/**
 * Handles one batch of hints: looks at what they name, writes one document of what it found, and writes down
 * what became of each event. What fails three times is parked and blocks nothing else.
 * @throws UnavailableError only when the batch's events cannot even be read
 */
export const processBatch = async (deps: BatchDeps, hints: Hint[]): Promise<BatchResult> => {
  const begun = deps.clock();
  const units = await pRetry(() => readWork(deps, newScope(deps), hints), BACKOFF);
  const results = await eachLimit(units, UNITS_AT_A_TIME, (unit) => runUnit(deps, unit));
  const failed = results.filter(({ reason }) => reason !== null);
  const done = results.filter(({ reason }) => reason === null);
  for (const result of failed) logFailed(deps, result);
  const document = await documentOf(deps, done);
  const settled = document ? [...failed, ...done] : failed;
  const unwritten = await eachLimit(settled, UNITS_AT_A_TIME, (result) => writeDown(deps, result));
  const run = document?.run ?? null;
  logRun(deps, run, begun, results);
  const complete = document !== null && unwritten.flat().length === 0;
  return { run, failed: failed.length, unwritten: new Set(unwritten.flat()), complete };
};
