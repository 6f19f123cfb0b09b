import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { createStreamHandler } from './correlate-records.ts';
import { openCorrelation } from './open-correlation.ts';

const env = readEnv(process.env);

/** Lambda entry of correlation: batches of the table's stream. */
export const handler = createStreamHandler(
  openCorrelation(env, { clock: systemClock, log: createLogger(env) }),
);
