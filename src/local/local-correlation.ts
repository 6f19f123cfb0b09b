import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { Env } from '../contract/env.ts';
import { SWEEP_MINUTES } from '../contract/functions.ts';
import { openCorrelation } from '../correlate/run/open-correlation.ts';
import { reasonOf } from '../correlate/run/run-unit.ts';
import { createStreamHandler } from '../correlate/run/stream-handler.ts';
import { passNewTable, type SweepDeps, sweepTenants } from '../correlate/run/sweep-events.ts';
import { checkSecretAges, type OldSecretsDeps } from '../manage/old-secrets.ts';
import type { Clock } from '../platform/clock.ts';
import type { Logger } from '../platform/logger.ts';
import type { StreamHandler } from '../platform/stream-records.ts';
import { openDatedSecret } from '../wiring/open.ts';
import { startPoller } from './poller/poller.ts';

export type LocalCorrelationOptions = {
  env: Env;
  log: Logger;
  clock: Clock;
  dynamodb: DynamoDBClientConfig;
  secretsManager?: SecretsManagerClientConfig;
  /** True when the table has just been created, so that no event waits in it. */
  newTable: boolean;
  /** Other readers of the stream. */
  others?: readonly StreamHandler[];
};

/** Resolves when all readers have handled everything stored before the call; at once if the table has no stream. */
export type Correlated = () => Promise<void>;

/**
 * Runs correlation in this process: the stream's poller and the sweep, with the same code as on Lambda. Disposing of
 * `owned` stops both.
 * @throws UnavailableError when the table cannot be described
 */
export const startCorrelation = async (
  { env, newTable, others = [], ...platform }: LocalCorrelationOptions,
  owned: AsyncDisposableStack,
): Promise<Correlated> => {
  const opened = openCorrelation(env, platform);
  const handler = createStreamHandler(opened);
  const { log, clock, dynamodb } = platform;
  const poller = await startPoller({
    config: dynamodb,
    table: opened.table,
    handlers: [handler, ...others],
    log,
    clock,
  });
  if (poller) owned.defer(poller.stop);
  const readSecret = openDatedSecret(env, platform);
  owned.defer(startSweeping({ ...opened, retention_days: env.EVENT_RETENTION_DAYS, readSecret }, newTable));
  return poller?.idle ?? (() => Promise.resolve());
};

type LocalSweepDeps = SweepDeps & OldSecretsDeps;

/** Sweeps now and on a schedule. @returns a function that stops it and waits for a running sweep */
const startSweeping = (deps: LocalSweepDeps, newTable: boolean): (() => Promise<void>) => {
  let underWay = sweep(deps, newTable ? passNewTable : sweepAll);
  const timer = setInterval(() => {
    underWay = underWay.then(() => sweep(deps, sweepAll));
  }, SWEEP_MINUTES * 60_000);
  timer.unref();
  return () => {
    clearInterval(timer);
    return underWay;
  };
};

const sweep = (deps: LocalSweepDeps, run: (deps: LocalSweepDeps) => Promise<unknown>): Promise<void> =>
  run(deps).then(
    () => {},
    (fault) => deps.log.error({ reason: reasonOf(fault) }, 'the sweep failed; it retries on schedule'),
  );

const sweepAll = (deps: LocalSweepDeps): Promise<unknown> =>
  sweepTenants(deps).finally(() => checkSecretAges(deps));
