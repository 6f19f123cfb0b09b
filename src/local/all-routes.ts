import type { Env } from '../contract/env.ts';
import { createHandler, type HttpHandler } from '../http/dispatch.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import { openReadRoutes } from '../read/routes.ts';
import { type Platform, tenantOf } from '../wiring/open.ts';

/** Both Lambda functions behind one handler, as the gateway puts them behind one address. @throws ConfigError */
export const createLocalApp = (env: Env, platform: Platform): { handler: HttpHandler } => {
  const { routes, isOff } = ingestRoutes(env, platform);
  const all = { ...openReadRoutes(env, platform), ...routes };
  return { handler: createHandler(all, { ...platform, tenant: tenantOf(platform), isOff }) };
};
