import { readEnv } from '../contract/env.ts';
import { openCorrelation } from '../correlate/run/open-correlation.ts';
import { createStreamHandler } from '../correlate/run/stream-handler.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';

const env = readEnv(process.env);

/** Lambda entry of correlation: batches of the table's stream. */
export const handler = createStreamHandler(
  openCorrelation(env, { clock: systemClock, log: createLogger(env) }),
);
