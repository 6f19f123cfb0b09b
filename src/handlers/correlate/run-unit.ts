import pRetry from 'p-retry';
import type { Ref } from '../../domain/link.ts';
import { type BatchDeps, newScope } from './batch-deps.ts';
import type { Touched } from './collect-findings.ts';
import { type Affected, evaluateRefs } from './evaluate-refs.ts';
import { lookAtIssue, updateAffected } from './look-at-issue.ts';
import { reasonOf } from './reason.ts';
import { BACKOFF, type Scope } from './scope.ts';
import type { Unit } from './units.ts';

/** What became of one unit; `reason` is null unless it failed, and holds nothing of a payload. */
export type UnitResult = { unit: Unit; attempts: number; touched: Touched; reason: string | null };

const NOTHING: Touched = { issues: new Map(), refs: [] };

const lookAt = async (scope: Scope, issueId: string, keys: Set<string>): Promise<Touched> => {
  const affected: Affected = await lookAtIssue(scope, issueId, [...keys]);
  return { issues: new Map([...affected, [issueId, keys]]), refs: [] };
};

const takeCommits = async (scope: Scope, unit: Unit & { kind: 'commits' }): Promise<Touched> => {
  const affected = await evaluateRefs(scope, unit.news);
  await updateAffected(scope, affected);
  const refs: Ref[] = unit.news.map(({ ref }) => ref);
  return { issues: affected, refs };
};

const work = (scope: Scope, unit: Unit): Promise<Touched> => {
  if (unit.kind === 'issue') return lookAt(scope, unit.issue_id, unit.keys);
  return unit.kind === 'commits' ? takeCommits(scope, unit) : Promise.resolve(NOTHING);
};

/** Does what a unit asks for, three times at most. Never rejects. */
export const runUnit = async (deps: BatchDeps, unit: Unit): Promise<UnitResult> => {
  if (unit.kind === 'unreadable') return { unit, attempts: 1, touched: NOTHING, reason: unit.reason };
  if (unit.kind === 'nothing') return { unit, attempts: 0, touched: NOTHING, reason: null };
  let attempts = 0;
  const attempt = (): Promise<Touched> => {
    attempts += 1;
    return work(newScope(deps), unit);
  };
  try {
    const touched = await pRetry(attempt, BACKOFF);
    return { unit, attempts, touched, reason: null };
  } catch (fault) {
    return { unit, attempts, touched: NOTHING, reason: reasonOf(fault) };
  }
};
