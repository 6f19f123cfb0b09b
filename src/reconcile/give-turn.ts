import * as z from 'zod/mini';
import { TURN_MINUTES } from '../contract/functions.ts';
import { DAY_MS, MINUTE_MS, toPhoenixIso } from '../domain/instant.ts';
import type { Count } from '../platform/metrics.ts';
import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { readTurn, type TurnRow } from '../store/reconcile/lease.ts';
import { periodMs } from './census/census.ts';
import { CENSUS, censusState, NO_CENSUS } from './census/state.ts';
import type { LoopReport } from './loop.ts';
import { LOOPS } from './loops.ts';
import { placeOf, type TurnDeps } from './session.ts';
import { runTurn, type TurnReport } from './turn.ts';
import { updatesLoop } from './updates.ts';

/**
 * A scheduled turn: does what is due, ends in time, and logs and counts the result.
 * @throws UnavailableError, UnreadableRowError when it cannot even begin
 */
export const giveTurn = async (deps: TurnDeps, count: Count): Promise<TurnReport> => {
  const before = await readTurn(placeOf(deps));
  const report = await runTurn(deps, { loops: LOOPS, until_ms: deps.clock() + TURN_MINUTES * MINUTE_MS });
  const starting = await isStarting(deps, before);
  logTurn(deps, report, starting && saysTheSame(before, report));
  countTurn(report.loops, count);
  if (starting) count('ReconcileStarting');
  if (await isCensusLate(deps)) count('CensusLate');
  return report;
};

const saysTheSame = (before: TurnRow | null, report: TurnReport): boolean =>
  'fault' in report && report.fault !== null && before?.fault?.message === report.fault;

/** True on the first day until a run of updates is complete: a new deployment has no Jira token yet. */
const isStarting = async (deps: TurnDeps, turn: TurnRow | null): Promise<boolean> => {
  if (turn?.first_ms == null || deps.clock() - turn.first_ms >= DAY_MS) return false;
  return (await readCheckpoint(placeOf(deps), updatesLoop.name, z.unknown())).last === null;
};

/** True if no census was completed within two of its periods; false before the first one has begun. */
const isCensusLate = async (deps: TurnDeps): Promise<boolean> => {
  const { generation, state, last, began_ms } = await readCheckpoint(placeOf(deps), CENSUS, censusState);
  if (generation === 0) return false;
  return deps.clock() - (last?.ended_ms ?? began_ms) > 2 * periodMs(state ?? NO_CENSUS);
};

/**
 * Logs one line per turn. A failed turn logs an alarm, whose reason says what to do.
 * @param wasSaid the turn before reported the same fault: no alarm
 */
export const logTurn = (
  { log, clock }: Pick<TurnDeps, 'log' | 'clock'>,
  report: TurnReport,
  wasSaid: boolean,
): void => {
  const generated_at = toPhoenixIso(clock());
  const { outcome } = report;
  const loops = Object.fromEntries(
    report.loops.map(({ name, complete, turn }) => [name, { complete, ...turn }]),
  );
  if (outcome === 'failed' && !wasSaid)
    log.error({ alarm: 'reconcile-failed', generated_at, reason: report.fault, loops }, 'reconciliation');
  else log.info({ outcome, generated_at, loops }, 'reconciliation');
};

/** A run may take many turns: each counts only what it added, and the turn that completes the run judges it. */
export const countTurn = (loops: readonly LoopReport[], count: Count): void => {
  const add = (name: Parameters<Count>[0], sum: number): void => {
    if (sum > 0) count(name, sum);
  };
  for (const { name, complete, turn, counters } of loops) {
    add('IssuesObserved', turn.new + turn.repaired);
    add('ChangesMissed', turn.missed);
    add('DriftFound', turn.differed);
    if (name !== 'updates' || !complete) continue;
    count('UpdatesComplete');
    if (counters.missed >= MOST_MISSED && counters.missed * 2 > counters.judged) count('WebhooksMissing');
  }
};

/** Fewer missed changes may be an outage of a few minutes. */
const MOST_MISSED = 20;
