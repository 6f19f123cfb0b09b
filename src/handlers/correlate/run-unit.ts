import pRetry from 'p-retry';
import { UnavailableError } from '../../errors/errors.ts';
import { type BatchDeps, newScope, TRY_MS } from './batch-deps.ts';
import type { Touched } from './collect-findings.ts';
import { evaluateRefs } from './evaluate-refs.ts';
import { lookAtIssue } from './look-at-issue.ts';
import type { News } from './news.ts';
import { reasonOf } from './reason.ts';
import { BACKOFF, type Scope } from './scope.ts';
import type { Unit } from './units.ts';
import { UnreadableEventError, type Work } from './unpack-event.ts';
import { updateAffected } from './update-affected.ts';

/**
 * What became of one unit; `reason` is null unless it failed, and holds nothing of a payload. `retryable`: it failed
 * because the table or the artifact store did, and not because its own time was up.
 */
export type UnitResult = {
  unit: Unit;
  status: 'processed' | 'failed' | 'not_needed';
  attempts: number;
  touched: Touched;
  reason: string | null;
  retryable: boolean;
};

export const NOTHING: Touched = { issues: new Map(), refs: [], unnamed: new Map() };

const lookAt = async (scope: Scope, issueId: string, keys: Iterable<string>): Promise<Touched> => {
  const touched = await lookAtIssue(scope, issueId, [...keys]);
  return { ...touched, issues: new Map([...touched.issues, [issueId, new Set(keys)]]) };
};

const takeCommits = async (scope: Scope, news: News[]): Promise<Touched> => {
  const evaluated = await evaluateRefs(scope, news);
  await updateAffected(scope, evaluated, null);
  return { ...NOTHING, issues: evaluated.affected, refs: news.map(({ ref }) => ref) };
};

const unpack = (scope: Scope, unit: Unit): Work | Promise<Work> =>
  unit.kind === 'issue' ? unit : unit.unpack(scope.signal);

/** Null when there was nothing to do. */
const attemptOnce = async (scope: Scope, unit: Unit): Promise<Touched | null> => {
  const work = await unpack(scope, unit);
  if (work.kind === 'issue') return lookAt(scope, work.issue_id, work.keys);
  return work.kind === 'commits' ? takeCommits(scope, work.news) : null;
};

/** A body that cannot be unpacked will not be unpacked the next time. */
const TRIES = {
  ...BACKOFF,
  shouldRetry: ({ error }: { error: Error }) => !(error instanceof UnreadableEventError),
};

/** Does what a unit asks for, three times at most. Never rejects. */
export const runUnit = async (deps: BatchDeps, unit: Unit): Promise<UnitResult> => {
  const scopes: Scope[] = [];
  const attempt = (): Promise<Touched | null> => {
    const scope = newScope(deps);
    scopes.push(scope);
    return attemptOnce(scope, unit);
  };
  try {
    const touched = await pRetry(attempt, TRIES);
    const status = touched === null ? 'not_needed' : 'processed';
    const attempts = scopes.length;
    return { unit, status, attempts, touched: touched ?? NOTHING, reason: null, retryable: false };
  } catch (fault) {
    const isLate = fault instanceof UnavailableError && scopes.at(-1)?.signal.aborted === true;
    return {
      unit,
      status: 'failed',
      attempts: scopes.length,
      touched: NOTHING,
      reason: isLate ? `not done within ${TRY_MS / 1000} s` : reasonOf(fault),
      retryable: fault instanceof UnavailableError && !isLate,
    };
  }
};
