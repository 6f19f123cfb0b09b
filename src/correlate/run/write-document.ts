import pMap from 'p-map';
import { TIMEZONE, toPhoenixIso } from '../../domain/instant.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { retry } from '../../platform/retry.ts';
import { newRunId } from '../../platform/run-id.ts';
import { writeRun } from '../documents/artifact-store.ts';
import { buildDocument } from '../documents/build-document.ts';
import type { RunArgs, RunDocument } from '../documents/schema.ts';
import { note } from './affected.ts';
import { collectFindings, NOTHING, type Touched } from './collect-findings.ts';
import { reasonOf, type UnitResult } from './run-unit.ts';
import { BACKOFF, type BatchDeps, newScope, UNITS_AT_A_TIME } from './scope.ts';

export type WrittenRun = { key: string; document: RunDocument };

/**
 * Collects what the run found and writes its document. The run's id is made before anything is read, so a document with
 * a greater id never shows an older state.
 * @param options.latest false for a run on demand: `latest.json` belongs to the stream
 * @returns null, and writes nothing, when only unknown issues were touched
 * @throws UnavailableError
 */
export const writeDocument = async (
  deps: BatchDeps,
  touched: Touched,
  args: RunArgs,
  options: { latest: boolean },
): Promise<WrittenRun | null> => {
  const now = deps.clock();
  const run_id = newRunId(now);
  const scope = newScope(deps);
  const findings = await collectFindings(scope, touched);
  if (findings.issues.length === 0 && touched.refs.length === 0) return null;
  const generated_at = toPhoenixIso(now);
  const stamp = { run_id, git_sha: deps.git_sha, generated_at, timezone: TIMEZONE } as const;
  const document = buildDocument(findings, stamp, args);
  const key = await writeRun(deps.artifacts, deps, document, now, options, scope.signal);
  return { key, document };
};

/**
 * `run` is null when nothing was touched, or when the document could not be written (`written` is false). `results`: as
 * they were given, but units whose part of the document cannot be read are failed.
 */
type BatchDocument = { run: WrittenRun | null; written: boolean; results: UnitResult[] };

/**
 * Writes the document of what a batch touched, if it touched anything. An unreadable row fails the units that touched
 * it, and the others get their document. Never rejects.
 */
export const writeBatchDocument = async (deps: BatchDeps, results: UnitResult[]): Promise<BatchDocument> => {
  try {
    return { run: await write(deps, results), written: true, results };
  } catch (fault) {
    if (!(fault instanceof UnavailableError)) {
      const checked = await pMap(results, (result) => check(deps, result), { concurrency: UNITS_AT_A_TIME });
      if (checked.some((result, index) => result !== results[index]))
        return writeBatchDocument(deps, checked);
    }
    deps.count('DocumentsUnwritten');
    deps.log.error({ alarm: 'document-unwritten', reason: reasonOf(fault) }, 'no run document');
    return { run: null, written: false, results };
  }
};

const write = async (deps: BatchDeps, results: UnitResult[]): Promise<WrittenRun | null> => {
  const touched = touchedBy(results);
  if (touched.issues.size === 0 && touched.refs.length === 0) return null;
  return retry(() => writeDocument(deps, touched, { trigger: 'stream' }, { latest: true }), BACKOFF);
};

/** What all of them touched. An issue that several units touched is read again. */
const touchedBy = (results: UnitResult[]): Touched => {
  const issues: Touched['issues'] = new Map();
  const seen: Touched['seen'] = new Map();
  for (const { touched } of results)
    for (const [id, hints] of touched.issues) {
      const own = touched.seen.get(id);
      if (own && !issues.has(id)) seen.set(id, own);
      else seen.delete(id);
      note(issues, id, hints);
    }
  return { issues, refs: results.flatMap(({ touched }) => touched.refs), seen };
};

/** Fails a unit that touched an unreadable row. */
const check = async (deps: BatchDeps, result: UnitResult): Promise<UnitResult> => {
  try {
    await collectFindings(newScope(deps), result.touched);
    return result;
  } catch (fault) {
    if (fault instanceof UnavailableError) return result;
    return { ...result, status: 'failed', touched: NOTHING, reason: reasonOf(fault) };
  }
};
