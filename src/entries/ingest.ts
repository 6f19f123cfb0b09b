import { readEnv } from '../contract/env.ts';
import { createHandler } from '../http/dispatch.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { HOME } from '../wiring/open.ts';

const env = readEnv(process.env);
const platform = { clock: systemClock, log: createLogger(env) };
const { routes, isOff } = ingestRoutes(env, platform);

/** Lambda entry of the write side: webhooks, `/health`, and 404 and 405 for everything else. */
export const handler = createHandler(routes, { ...platform, tenant: HOME, isOff });
