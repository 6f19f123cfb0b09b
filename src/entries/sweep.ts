import { readEnv } from '../contract/env.ts';
import { openCorrelation } from '../correlate/run/open-correlation.ts';
import type { Swept } from '../correlate/run/sweep-events.ts';
import { sweepTenants } from '../correlate/run/sweep-tenants.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';

const env = readEnv(process.env);
const deps = {
  ...openCorrelation(env, { clock: systemClock, log: createLogger(env) }),
  retention_days: env.EVENT_RETENTION_DAYS,
};

/** Lambda entry of the sweep, run on a schedule. */
export const handler = (): Promise<Swept> => sweepTenants(deps);
