import { TURN_MINUTES } from '../contract/functions.ts';
import { MINUTE_MS } from '../domain/instant.ts';
import type { Count } from '../platform/metrics.ts';
import { readTurn, type TurnRow } from '../store/reconcile/lease.ts';
import { isCensusLate } from './census-late.ts';
import { LOOPS } from './loops.ts';
import { countTurn, logTurn } from './report-turn.ts';
import { placeOf, type TurnDeps } from './session.ts';
import { isStarting } from './starting.ts';
import { runTurn, type TurnReport } from './turn.ts';

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
