import * as z from 'zod/mini';
import { TURN_MINUTES } from '../contract/functions.ts';
import { DAY_MS, MINUTE_MS } from '../domain/instant.ts';
import type { Count } from '../platform/metrics.ts';
import { readCheckpoint } from '../store/reconcile/checkpoint.ts';
import { readTurn, type TurnRow } from '../store/reconcile/lease.ts';
import { periodMs } from './census/census.ts';
import { CENSUS, censusState, NO_CENSUS } from './census/state.ts';
import { LOOPS } from './loops.ts';
import { countTurn, logTurn } from './report-turn.ts';
import { placeOf, type TurnDeps } from './session.ts';
import { runTurn, type TurnReport } from './turn.ts';
import { updatesLoop } from './updates.ts';

/**
 * The turn of the schedule: does what is due, leaves in time, and logs and counts what came of it.
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

/** True on the first day until there was a complete run: a new deployment has no token of Jira yet. */
const isStarting = async (deps: TurnDeps, turn: TurnRow | null): Promise<boolean> => {
  if (turn?.first_ms == null || deps.clock() - turn.first_ms >= DAY_MS) return false;
  return (await readCheckpoint(placeOf(deps), updatesLoop.name, z.unknown())).last === null;
};

/** True when no census was complete for two of its periods. Before the first one has begun there is none to wait for. */
const isCensusLate = async (deps: TurnDeps): Promise<boolean> => {
  const { generation, state, last, began_ms } = await readCheckpoint(placeOf(deps), CENSUS, censusState);
  if (generation === 0) return false;
  return deps.clock() - (last?.ended_ms ?? began_ms) > 2 * periodMs(state ?? NO_CENSUS);
};
