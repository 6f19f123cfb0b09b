import type { Env } from '../contract/env.ts';
import { createHandler, type HttpHandler } from '../http/dispatch.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import { openManageRoutes } from '../manage/routes.ts';
import { openReadRoutes } from '../read/routes.ts';
import { type Platform, tenantOf } from '../wiring/open.ts';
import { guardChanges } from './changes-guard.ts';

/** `token`: authorizes changes. `url`: the URL of this instance, known once it listens. */
export type LocalAccess = { token: string; url: () => string };

/** All HTTP functions behind one handler, as the gateway puts them behind one address. @throws ConfigError */
export const createLocalApp = (
  env: Env,
  platform: Platform,
  { token, url }: LocalAccess,
): { handler: HttpHandler } => {
  const { routes, isOff } = ingestRoutes(env, platform);
  const changes = openManageRoutes(env, platform, { baseUrl: url, whoOf: () => 'local' });
  const all = { ...openReadRoutes(env, platform), ...guardChanges(changes, token), ...routes };
  return { handler: createHandler(all, { ...platform, tenant: tenantOf(platform), isOff }) };
};
