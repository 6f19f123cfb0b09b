import { UnavailableError } from '../../errors/errors.ts';
import { retry } from '../../platform/retry.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import { bringGaps } from './bring-gaps.ts';
import type { Touched } from './collect-findings.ts';
import { evaluateRefs } from './evaluate-refs.ts';
import { lookAtIssue } from './look-at-issue.ts';
import { reasonOf } from './reason.ts';
import { learnRepository } from './repositories.ts';
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

export const NOTHING: Touched = { issues: new Map(), refs: [], seen: new Map() };

type Delivered = Work & { kind: 'commits' };

const lookAt = async (scope: Scope, issueId: string, keys: Iterable<string>): Promise<Touched> => {
  const touched = await lookAtIssue(scope, issueId, [...keys]);
  return { ...touched, issues: new Map([...touched.issues, [issueId, new Set(keys)]]) };
};

/** What a rename says is durable before anything is written under either name. */
const takeCommits = async (scope: Scope, { news, repository, received_ms }: Delivered): Promise<Touched> => {
  await learnRepository(scope, repository, received_ms);
  const { affected, moved } = await evaluateRefs(scope, news);
  await updateAffected(scope, { affected, moved }, null);
  if (repository.renamed) await bringGaps(scope, repository.name, affected);
  return { ...NOTHING, issues: affected, refs: news.map(({ ref }) => ref) };
};

const unpack = (scope: Scope, unit: Unit): Work | Promise<Work> =>
  unit.kind === 'issue' ? unit : unit.unpack(scope.signal);

/** Null when there was nothing to do. */
const attemptOnce = async (scope: Scope, unit: Unit): Promise<Touched | null> => {
  const work = await unpack(scope, unit);
  if (work.kind === 'issue') return lookAt(scope, work.issue_id, work.keys);
  return work.kind === 'commits' ? takeCommits(scope, work) : null;
};

/** What is over, and a unit whose time is up: it is tried again when it is alone. */
export type Tried = UnitResult | { unit: Unit; status: 'late'; attempts: number };

/** `tries` at most, each of which may take so many milliseconds; `before`: how often it was tried already. */
export type Allowed = { tries: number; try_ms: number; before: number };

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

/**
 * Does what a unit asks for. A body that cannot be unpacked will not be unpacked the next time, and what took too
 * long would take as long again in the same company. Never rejects.
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
