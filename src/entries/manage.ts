import { readEnv } from '../contract/env.ts';
import { createHandler } from '../http/dispatch.ts';
import { onAws, openManageRoutes } from '../manage/routes.ts';
import { systemClock } from '../platform/clock.ts';
import { createLogger } from '../platform/logger.ts';
import { HOME } from '../wiring/open.ts';

const env = readEnv(process.env);
const platform = { clock: systemClock, log: createLogger(env) };

/** Lambda entry of the routes that change connections, subscriptions and executions. */
export const handler = createHandler(openManageRoutes(env, platform, onAws), { ...platform, tenant: HOME });
