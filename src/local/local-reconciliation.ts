import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { RECONCILE_MINUTES, TURN_MINUTES } from '../contract/functions.ts';
import { MINUTE_MS, toUtcIso } from '../domain/instant.ts';
import { describeFault } from '../errors/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { LOOPS } from '../reconcile/loops.ts';
import { openTurn } from '../reconcile/open-turn.ts';
import type { TurnDeps } from '../reconcile/session.ts';
import { runTurn, type TurnReport } from '../reconcile/turn.ts';
import { HOME, openEvents, openTable } from '../wiring/open.ts';

export type LocalReconciliationOptions = {
  env: Env;
  log: Logger;
  clock: Clock;
  dynamodb: DynamoDBClientConfig;
};

/** As the schedule on AWS: a turn ends before the next one starts. */
const EVERY_MS = RECONCILE_MINUTES * MINUTE_MS;
const TURN_MS = TURN_MINUTES * MINUTE_MS;

/** On stop, requests to Jira that take longer are abandoned; their page is repeated. */
const GRACE_MS = 10_000;

/** Starts turns of reconciliation on a schedule, the first one now. @returns a function that stops them */
export const startReconciling = ({ env, log, clock, dynamodb }: LocalReconciliationOptions) => {
  const events = openEvents(env, openTable(env, dynamodb));
  const deps = openTurn(env, { events, tenant: HOME, clock, log });
  const stopping = new AbortController();
  let underWay = turn(deps, stopping.signal);
  const timer = setInterval(() => {
    underWay = underWay.then(() => turn(deps, stopping.signal));
  }, EVERY_MS);
  timer.unref();
  return async (): Promise<void> => {
    clearInterval(timer);
    stopping.abort();
    await Promise.race([underWay, new Promise((done) => setTimeout(done, GRACE_MS).unref())]);
  };
};

const turn = async (deps: TurnDeps, stop: AbortSignal): Promise<void> => {
  try {
    tell(deps.log, await runTurn(deps, { loops: LOOPS, until_ms: deps.clock() + TURN_MS, stop }));
  } catch (fault) {
    deps.log.error(
      { reason: describeFault(fault) },
      'reconciliation could not begin; it tries again on schedule',
    );
  }
};

const tell = (log: Logger, report: TurnReport): void => {
  if (report.outcome === 'failed') log.error({ reason: report.fault }, 'reconciliation failed');
  else if ('until_ms' in report)
    log.info({ until: toUtcIso(report.until_ms) }, `reconciliation is ${report.outcome}`);
  else
    for (const { name, complete, counters } of report.loops)
      log.info({ loop: name, complete, counters }, 'reconciliation');
};
