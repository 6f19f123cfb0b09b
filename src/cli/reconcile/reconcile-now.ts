import { type Env, readEnv } from '../../contract/env.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { toUtcIso } from '../../domain/instant.ts';
import { siteAddress } from '../../jira/site.ts';
import { censusLoop, projectCensus } from '../../reconcile/census/census.ts';
import type { Loop } from '../../reconcile/loop.ts';
import { LOOPS } from '../../reconcile/loops.ts';
import { updatesLoop } from '../../reconcile/updates.ts';
import { readCheckpoints, sumDrift } from '../../store/reconcile/checkpoint.ts';
import { readTurn } from '../../store/reconcile/lease.ts';
import { openJiraSite } from '../../wiring/open-jira.ts';
import { CommandError, type ExitCode } from '../shared/command.ts';
import { itemDeadline } from '../shared/connection.ts';
import { openDeps, tooEarly } from './open.ts';
import { openBar } from './progress-bar.ts';
import { describeRun, WHY_QUARANTINED } from './report.ts';
import { runTurns } from './run-turns.ts';

type What = { project?: string; updates?: true; census?: true };

const loopsOf = ({ project, updates, census }: What): readonly Loop[] => {
  if (project !== undefined) return [projectCensus(project)];
  if (updates) return [updatesLoop];
  return census ? [censusLoop] : LOOPS;
};

/** Runs the requested loops to their end, due or not, with a progress bar, and prints a table of the results. */
export const reconcileNow = async (store: SweepDeps, what: What): Promise<ExitCode> => {
  await checkLogin(readEnv(process.env));
  const began = performance.now();
  const bar = openBar();
  const deps = { ...openDeps(store), onProgress: bar.show };
  const { outcome, loops, fault, until_ms } = await untilInterrupted((stop) =>
    runTurns(deps, loopsOf(what), { stop, onHeld }),
  ).finally(bar.stop);
  if (until_ms !== null) {
    const turn = await readTurn({ ...store, signal: itemDeadline() });
    throw tooEarly(until_ms, turn?.fault ?? null);
  }
  const checkpoints = await readCheckpoints({ ...store, signal: itemDeadline() });
  const drift = sumDrift(
    [...checkpoints.values()].map((one) => one.drift),
    store.clock(),
  );
  console.log(describeRun(loops, drift, (performance.now() - began) / 1000));
  if (loops.some(({ turn }) => turn.quarantined > 0))
    console.error(`Issues with unusable bodies were quarantined: ${WHY_QUARANTINED}`);
  if (outcome === 'stopped') throw new CommandError('Stopped. Started again, it goes on from here.');
  if (outcome === 'lost') throw new CommandError('Another runner has taken over. It goes on from here.');
  if (fault !== null) throw new CommandError(fault);
  const isNothing = loops.some(({ complete }) => !complete) && !checkpoints.get(updatesLoop.name)?.last;
  if (isNothing) throw new CommandError(NOT_LOADED);
  return 0;
};

/** Checked first: without a login, loops that have nothing to ask Jira would count as complete. @throws ConfigError */
const checkLogin = async (env: Env): Promise<void> => {
  siteAddress(env);
  // A login in Secrets Manager is read by the turn, which handles a failure to read it.
  if (env.JIRA_API_SECRET_ARN === undefined) await openJiraSite(env, {});
};

const NOT_LOADED =
  'Nothing is loaded yet, so there is nothing to keep up to date: npm run reconcile loads it.';

const onHeld = (untilMs: number): void =>
  console.error(
    `Another runner has the lease: npm start, the schedule on AWS, or one that was killed. It expires at ${toUtcIso(untilMs)} unless renewed. Waiting …`,
  );

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first signal ends the work after the current page and releases the lease, so that the next runner need not wait
 * for its expiry. The second ends the process.
 */
const untilInterrupted = async <T>(work: (stop: AbortSignal) => Promise<T>): Promise<T> => {
  const stopping = new AbortController();
  const stop = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
    console.error('\nIt stops after this page. Interrupt again to stop at once.');
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(stopping.signal);
  } finally {
    for (const signal of SIGNALS) process.removeListener(signal, stop);
  }
};
