import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { type Swept, sweepTenants } from './correlate/sweep-events.ts';
import { openCorrelation } from './open-correlation.ts';

const env = readEnv(process.env);
const deps = {
  ...openCorrelation(env, { clock: systemClock, log: createLogger(env) }),
  retention_days: env.EVENT_RETENTION_DAYS,
};

/** Lambda entry of the sweep, run on a schedule. */
export const handler = (): Promise<Swept> => sweepTenants(deps, [deps.tenant]);
