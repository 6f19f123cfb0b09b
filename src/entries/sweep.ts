import { readEnv } from '../contract/env.ts';
import { openCorrelation } from '../correlate/run/open-correlation.ts';
import { type Swept, sweepTenants } from '../correlate/run/sweep-events.ts';
import { checkSecretAges } from '../manage/old-secrets.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { openDatedSecret } from '../wiring/open.ts';

const env = readEnv(process.env);
const platform = { clock: systemClock, log: createLogger(env) };
const deps = { ...openCorrelation(env, platform), retention_days: env.EVENT_RETENTION_DAYS };
const readSecret = openDatedSecret(env, platform);

/**
 * Lambda entry of the sweep, run on a schedule. Once a day it also checks the age of secrets, even if the sweep fails.
 */
export const handler = (): Promise<Swept> =>
  sweepTenants(deps).finally(() => checkSecretAges({ ...deps, readSecret }));
