import { readEnv } from '../contract/env.ts';
import { createHandler } from '../http/dispatch.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { openReadRoutes } from '../read/routes.ts';
import { HOME } from '../wiring/open.ts';

const env = readEnv(process.env);
const platform = { clock: systemClock, log: createLogger(env) };

/** Lambda entry of the read side. */
export const handler = createHandler(openReadRoutes(env, platform), { ...platform, tenant: HOME });
