import { setTimeout as sleep } from 'node:timers/promises';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { censusLoop, projectCensus } from '../../reconcile/census/census.ts';
import type { Loop } from '../../reconcile/loop.ts';
import { LOOPS } from '../../reconcile/loops.ts';
import type { TurnDeps } from '../../reconcile/session.ts';
import { runTurn, type TurnReport } from '../../reconcile/turn.ts';
import { updatesLoop } from '../../reconcile/updates.ts';
import { readCheckpoints } from '../../store/reconcile/checkpoint.ts';
import { sumDrift } from '../../store/reconcile/drift.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';
import { openDeps } from './open.ts';
import { openBar } from './progress-bar.ts';
import { describeRun } from './report.ts';

type What = { project?: string; updates?: true; census?: true };

const loopsOf = ({ project, updates, census }: What): readonly Loop[] => {
  if (project !== undefined) return [projectCensus(project)];
  if (updates) return [updatesLoop];
  return census ? [censusLoop] : LOOPS;
};

/** Runs what is asked for to its end, due or not, with a progress bar and a table at the end. */
export const reconcileNow = async (store: SweepDeps, what: What): Promise<ExitCode> => {
  const began = performance.now();
  const bar = openBar();
  const deps = { ...openDeps(store), onProgress: bar.show };
  const report = await runAll(deps, loopsOf(what)).finally(bar.stop);
  if ('until_ms' in report)
    throw new CommandError(`Jira accepts no requests before ${toUtcIso(report.until_ms)}: try again then.`);
  const checkpoints = await readCheckpoints({ ...store, signal: itemDeadline() });
  const drift = sumDrift(
    [...checkpoints.values()].map((one) => one.drift),
    store.clock(),
  );
  console.log(describeRun(report.loops, drift, (performance.now() - began) / 1000));
  if (report.outcome === 'lost')
    throw new CommandError('Another runner has taken over. It goes on from here.');
  if (report.fault !== null) throw new CommandError(report.fault);
  if (report.loops.some(({ complete }) => !complete)) throw new CommandError(NOT_LOADED);
  return 0;
};

const NOT_LOADED =
  'Nothing is loaded yet, so there is nothing to keep up to date: npm run reconcile loads it.';

/** Before a first load there are no updates; after it there may be, because it takes its time. */
const runAll = async (deps: TurnDeps, loops: readonly Loop[]): Promise<TurnReport> => {
  const report = await runInTurn(deps, loops);
  const isEarly = report.loops.some(({ name, complete }) => name === updatesLoop.name && !complete);
  if (report.outcome !== 'done' || loops.length === 1 || !isEarly) return report;
  const updates = await runInTurn(deps, [updatesLoop]);
  const others = report.loops.filter(({ name }) => name !== updatesLoop.name);
  return 'until_ms' in updates ? updates : { ...updates, loops: [...others, ...updates.loops] };
};

const LOOK_EVERY_MS = 2_000;

/** Waits for another runner: on a schedule it leaves within minutes. */
const runInTurn = async (deps: TurnDeps, loops: readonly Loop[]): Promise<TurnReport> => {
  let told = false;
  for (;;) {
    const report = await runTurn(deps, { loops, until_ms: null, now: true });
    if (report.outcome !== 'held') return report;
    if (!told)
      console.error('Another runner is at work (npm start, or the schedule on AWS). Waiting for it …');
    told = true;
    await sleep(LOOK_EVERY_MS);
  }
};
