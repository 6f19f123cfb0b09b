import type { Env } from '../contract/env.ts';
import { openTable, type Platform } from './deps.ts';
import { createHandler, type HttpHandler } from './dispatch.ts';
import { ingestRoutes } from './ingest-routes.ts';
import { readRoutes } from './read-routes.ts';

/** Both Lambda functions behind one handler, as the gateway puts them behind one address. @throws ConfigError */
export const createLocalApp = (env: Env, platform: Platform): { handler: HttpHandler } => {
  const routes = { ...readRoutes(openTable(env, platform.dynamodb)), ...ingestRoutes(env, platform) };
  return { handler: createHandler(routes, platform) };
};
