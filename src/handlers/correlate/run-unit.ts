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
 * because something it needs did not answer, and not because it took too long itself.
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
  let attempts = 0;
  let scope = newScope(deps);
  const attempt = (): Promise<Touched | null> => {
    attempts += 1;
    scope = newScope(deps);
    return attemptOnce(scope, unit);
  };
  try {
    const touched = await pRetry(attempt, TRIES);
    const status = touched === null ? 'not_needed' : 'processed';
    return { unit, status, attempts, touched: touched ?? NOTHING, reason: null, retryable: false };
  } catch (fault) {
    const tookTooLong = scope.signal.aborted;
    const reason = tookTooLong ? `not done within ${TRY_MS / 1000} s` : reasonOf(fault);
    const retryable = fault instanceof UnavailableError && !tookTooLong;
    return { unit, status: 'failed', attempts, touched: NOTHING, reason, retryable };
  }
};
