import pMap from 'p-map';
import { UnavailableError } from '../../errors/errors.ts';
import { retry } from '../../platform/retry.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { collectFindings, type Touched } from './collect-findings.ts';
import { reasonOf } from './reason.ts';
import { NOTHING, type UnitResult } from './run-unit.ts';
import { BACKOFF, UNITS_AT_A_TIME } from './scope.ts';
import { type WrittenRun, writeDocument } from './write-document.ts';

/**
 * `run` is null when nothing was touched, or when `written` is false: the document could not be written.
 * `results`: as they were given, but for units whose part of the document cannot be read: those failed.
 */
export type BatchDocument = { run: WrittenRun | null; written: boolean; results: UnitResult[] };

/** What all of them touched. Of an issue that more than one touched everything is read. */
const touchedBy = (results: UnitResult[]): Touched => {
  const issues: Touched['issues'] = new Map();
  const seen: Touched['seen'] = new Map();
  for (const { touched } of results)
    for (const [id, hints] of touched.issues) {
      const own = touched.seen.get(id);
      if (own && !issues.has(id)) seen.set(id, own);
      else seen.delete(id);
      issues.set(id, new Set([...(issues.get(id) ?? []), ...hints]));
    }
  return { issues, refs: results.flatMap(({ touched }) => touched.refs), seen };
};

const write = async (deps: BatchDeps, results: UnitResult[]): Promise<WrittenRun | null> => {
  const touched = touchedBy(results);
  if (touched.issues.size === 0 && touched.refs.length === 0) return null;
  return retry(() => writeDocument(deps, touched, { trigger: 'stream' }, { latest: true }), BACKOFF);
};

/** Fails a unit that touched a row nobody can read. */
const check = async (deps: BatchDeps, result: UnitResult): Promise<UnitResult> => {
  try {
    await collectFindings(newScope(deps), result.touched);
    return result;
  } catch (fault) {
    if (fault instanceof UnavailableError) return result;
    return { ...result, status: 'failed', touched: NOTHING, reason: reasonOf(fault) };
  }
};

/**
 * Writes the document of what a batch touched; without anything there is none. What cannot be read fails the
 * units that touched it, and the others get their document. Never rejects.
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
