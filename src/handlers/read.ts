import { readEnv } from '../contract/env.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { createHandler } from './dispatch.ts';
import { openReadRoutes } from './read-routes.ts';

const env = readEnv(process.env);
const platform = { clock: systemClock, log: createLogger(env) };

/** Lambda entry of the read side. */
export const handler = createHandler(openReadRoutes(env, platform), platform);
