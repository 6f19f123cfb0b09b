import type { Env } from '../contract/env.ts';
import type { RouteName } from '../contract/routes.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import type { HttpRequest } from '../http/request.ts';
import { problemResponse } from '../http/response.ts';
import { openMasters, openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { patchConnection } from './change.ts';
import { postConnection } from './create.ts';
import { siteForm } from './fields.ts';
import type { ManageDeps } from './own-connection.ts';
import { Refusal } from './refusal.ts';
import { deleteConnection } from './remove.ts';
import { rotateConnection } from './rotate.ts';
import { activateConnection, disableConnection } from './set-status.ts';

/** What differs between AWS and a laptop. */
type Place = Pick<ManageDeps, 'baseUrl' | 'whoOf'>;

/** On AWS the gateway knows under which name it was called, and IAM who asks. */
export const onAws: Place = {
  baseUrl: ({ domain_name }: HttpRequest) => `https://${domain_name}`,
  whoOf: ({ caller }: HttpRequest) => caller ?? 'unknown',
};

/** The routes that change connections, with everything they need. @throws ConfigError */
export const openManageRoutes = (env: Env, platform: Platform, place: Place): RouteHandlers => {
  const home = tenantOf(platform);
  const site = env.JIRA_SITE_URL === undefined ? null : siteForm(env.JIRA_SITE_URL);
  const deps: ManageDeps = {
    table: openTable(env, platform.dynamodb),
    masters: openMasters(env, platform),
    siteOf: (tenant) => (tenant === home ? site : null),
    ...place,
  };
  return Object.fromEntries(
    Object.entries(CHANGES).map(([name, open]): [string, RouteHandler] => [name, answering(open(deps))]),
  );
};

const CHANGES = {
  'create-connection': postConnection,
  'change-connection': patchConnection,
  'rotate-connection': rotateConnection,
  'activate-connection': activateConnection,
  'disable-connection': disableConnection,
  'remove-connection': deleteConnection,
} satisfies Partial<Record<RouteName, (deps: ManageDeps) => RouteHandler>>;

/** A refusal is an answer; every other fault is one of the ring around all routes. */
const answering =
  (handler: RouteHandler): RouteHandler =>
  async (request, argument, run) => {
    try {
      return await handler(request, argument, run);
    } catch (fault) {
      if (!(fault instanceof Refusal)) throw fault;
      const { type, status, message: detail } = fault;
      const { run_id, received_ms } = run;
      return problemResponse({ type, status, detail, run_id, received_ms });
    }
  };
