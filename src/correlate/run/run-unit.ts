import {
  describeFault,
  RefusedItemError,
  UnavailableError,
  UnreadableRowError,
} from '../../errors/errors.ts';
import { retry } from '../../platform/retry.ts';
import { putAsked } from '../../store/reconcile/asked.ts';
import { NOTHING, type Touched } from './collect-findings.ts';
import { lookAtIssue } from './look-at-issue.ts';
import { BACKOFF, type BatchDeps, newScope, type Scope, TRY_MS } from './scope.ts';
import { takeCommits } from './take-commits.ts';
import type { Unit } from './units.ts';
import { UnreadableEventError, type Work } from './unpack-event.ts';

/**
 * The result of one unit. `reason` is null unless it failed, and quotes nothing of a payload. `retryable`: a sweep
 * retries it, because the table or the artifact store failed or its batch had no time left; false when its own time was
 * up.
 */
export type UnitResult = {
  unit: Unit;
  status: 'processed' | 'failed' | 'not_needed';
  attempts: number;
  touched: Touched;
  reason: string | null;
  retryable: boolean;
};

/** A finished unit, or one that timed out (`late`): it is tried again alone. */
export type Tried = UnitResult | { unit: Unit; status: 'late'; attempts: number };

/** At most `tries` tries of `try_ms` milliseconds each; `before`: how often it was tried already. */
type Allowed = { tries: number; try_ms: number; before: number };

/**
 * Runs a unit, with retries. A body that cannot be unpacked is not retried, because it never can be; nor is a try that
 * timed out, because it would time out again beside the same units. Never rejects.
 */
export const runUnit = async (deps: BatchDeps, unit: Unit, allowed: Allowed): Promise<Tried> => {
  const scopes: Scope[] = [];
  const attempt = (): Promise<Touched | null> => {
    const scope = newScope(deps, allowed.try_ms);
    scopes.push(scope);
    return attemptOnce(scope, unit);
  };
  const mayHeal = (fault: unknown): boolean =>
    !(fault instanceof UnreadableEventError || fault instanceof TypeError) && !isLate(fault, scopes.at(-1));
  const attempts = (): number => allowed.before + scopes.length;
  try {
    const touched = await retry(attempt, { ...BACKOFF, tries: allowed.tries }, { mayHeal });
    const status = touched === null ? 'not_needed' : 'processed';
    return {
      unit,
      status,
      attempts: attempts(),
      touched: touched ?? NOTHING,
      reason: null,
      retryable: false,
    };
  } catch (fault) {
    if (isLate(fault, scopes.at(-1))) return { unit, status: 'late', attempts: attempts() };
    return failedBy(unit, attempts(), fault);
  }
};

/** Null when there was nothing to do. */
const attemptOnce = async (scope: Scope, unit: Unit): Promise<Touched | null> => {
  const work = await unpack(scope, unit);
  if (work.kind === 'issue') return lookAt(scope, work.issue_id, work.keys);
  if (work.kind === 'commits') return takeCommits(scope, work);
  return work.kind === 'subjects' ? askAgain(scope, work) : null;
};

/** Stores the subjects for reconciliation, which reads their issues from Jira again. */
const askAgain = async (
  { table, tenant, signal }: Scope,
  { subjects, asked_ms }: Work & { kind: 'subjects' },
): Promise<Touched> => {
  for (const subject of subjects) await putAsked({ table, tenant, signal }, subject, asked_ms);
  return NOTHING;
};

const unpack = (scope: Scope, unit: Unit): Work | Promise<Work> =>
  unit.kind === 'issue' ? unit : unit.unpack(scope.signal);

const lookAt = async (scope: Scope, issueId: string, keys: Iterable<string>): Promise<Touched> => {
  const touched = await lookAtIssue(scope, issueId, [...keys]);
  return { ...touched, issues: new Map([...touched.issues, [issueId, new Set(keys)]]) };
};

const isLate = (fault: unknown, scope: Scope | undefined): boolean =>
  fault instanceof UnavailableError && scope?.signal.aborted === true;

const failedBy = (unit: Unit, attempts: number, fault: unknown): UnitResult => ({
  unit,
  status: 'failed',
  attempts,
  touched: NOTHING,
  reason: reasonOf(fault),
  retryable: fault instanceof UnavailableError,
});

const OURS = [UnavailableError, RefusedItemError, UnreadableEventError, UnreadableRowError];

/** A fault in words, for the row of a parked event or a log line; quotes nothing of a payload. */
export const reasonOf = (fault: unknown): string =>
  fault instanceof Error && OURS.some((kind) => fault instanceof kind)
    ? fault.message
    : `an unexpected fault: ${describeFault(fault)}`;

type Late = Tried & { status: 'late' };

/** How long units may take, in milliseconds. */
export type Limits = {
  /** One try at a delivery of commits beside other units; one that needs more waits until their status is written. */
  together_ms: number;
  /** The same for an issue, of which 64 run in parallel. */
  issue_ms: number;
  /** One try alone. */
  alone_ms: number;
  /** Once a batch has taken this long, no more units are tried alone: Lambda ends a function after 900 s. */
  batch_ms: number;
};

const TRIES_ALONE = 2;

/** Tries a unit that timed out again, alone. `usedMs`: how long its batch has taken. */
export const runAlone = async (
  deps: BatchDeps,
  late: Late,
  limits: Limits,
  usedMs: number,
): Promise<UnitResult> => {
  if (usedMs > limits.batch_ms) return putOff(late);
  let tried: Tried = late;
  for (let tries = 0; tries < TRIES_ALONE && tried.status === 'late'; tries += 1) {
    const allowed = { tries: TRIES_ALONE - tries, try_ms: limits.alone_ms, before: tried.attempts };
    tried = await runUnit(deps, late.unit, allowed);
  }
  return tried.status === 'late' ? tooLong(tried, limits) : tried;
};

/** Fails a unit without trying it alone: how long that would take is not known, so the sweep retries it. */
const putOff = ({ unit, attempts }: Late): UnitResult => ({
  unit,
  status: 'failed',
  attempts,
  touched: NOTHING,
  reason: 'its batch had no time left for it',
  retryable: true,
});

/** Fails a unit that timed out alone: it would do so each time, so the sweep does not retry it. */
const tooLong = ({ unit, attempts }: Late, { alone_ms }: Limits): UnitResult => ({
  unit,
  status: 'failed',
  attempts,
  touched: NOTHING,
  reason: `not done within ${alone_ms / 1000} s`,
  retryable: false,
});

/** The only unit of a batch runs alone from the start, and has the limit for that. */
export const limitsFor = (units: number, limits: Limits): Limits =>
  units > 1 ? limits : { ...limits, together_ms: limits.alone_ms, issue_ms: limits.alone_ms };

export const LIMITS: Limits = { together_ms: 20_000, issue_ms: 30_000, alone_ms: TRY_MS, batch_ms: 600_000 };
