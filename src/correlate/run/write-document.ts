import { toPhoenixIso } from '../../domain/instant.ts';
import { type RunArgs, type RunDocument, TIMEZONE } from '../../domain/run-document.ts';
import { newRunId } from '../../platform/run-id.ts';
import { buildDocument } from '../documents/build-document.ts';
import { writeRun } from '../documents/write-run.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { collectFindings, type Touched } from './collect-findings.ts';

export type WrittenRun = { key: string; document: RunDocument };

/**
 * Collects what the run found and writes its document. The run's id is made before anything is read for it, so
 * a document with a greater one never knows less.
 * @param options.latest false for a run on demand: `latest.json` belongs to the stream
 * @returns null, and writes nothing, when all that was touched are issues nobody knows
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
