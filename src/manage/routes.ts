import type { Env } from '../contract/env.ts';
import type { RouteName } from '../contract/routes.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import type { HttpRequest } from '../http/request.ts';
import { problemResponse } from '../http/response.ts';
import { createResolver } from '../platform/resolve-target.ts';
import { targetRules } from '../platform/target-url.ts';
import { openMasters, openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { openSender } from '../wiring/open-sender.ts';
import {
  activateConnection,
  deleteConnection,
  disableConnection,
  patchConnection,
  rotateConnection,
} from './change.ts';
import { postConnection } from './create.ts';
import { cancelExecution, retryExecution } from './executions/change.ts';
import { siteForm } from './fields.ts';
import type { ManageDeps } from './own-connection.ts';
import { Refusal } from './refusal.ts';
import {
  deleteSubscription,
  patchSubscription,
  pauseSubscription,
  resumeSubscription,
  rotateSubscription,
} from './subscriptions/change.ts';
import { postSubscription } from './subscriptions/create.ts';
import type { SubscriptionDeps } from './subscriptions/own-subscription.ts';
import { matchSubscription, testSubscription } from './subscriptions/try.ts';

/** What differs between AWS and a laptop. */
type Place = Pick<ManageDeps, 'baseUrl' | 'whoOf'>;

/** On AWS the gateway provides its own domain name and the caller that IAM authenticated. */
export const onAws: Place = {
  baseUrl: ({ domain_name }: HttpRequest) => `https://${domain_name}`,
  whoOf: ({ caller }: HttpRequest) => caller ?? 'unknown',
};

/** The routes that change connections, subscriptions and executions, with everything they need. @throws ConfigError */
export const openManageRoutes = (env: Env, platform: Platform, place: Place): RouteHandlers => {
  const home = tenantOf(platform);
  const site = env.JIRA_SITE_URL === undefined ? null : siteForm(env.JIRA_SITE_URL);
  const deps: ManageDeps & SubscriptionDeps = {
    table: openTable(env, platform.dynamodb),
    masters: openMasters(env, platform),
    siteOf: (tenant) => (tenant === home ? site : null),
    retention_days: env.EVENT_RETENTION_DAYS,
    rules: targetRules(env),
    resolve: platform.resolve ?? createResolver(),
    ...openSender(env, platform),
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
  'create-subscription': postSubscription,
  'change-subscription': patchSubscription,
  'remove-subscription': deleteSubscription,
  'pause-subscription': pauseSubscription,
  'resume-subscription': resumeSubscription,
  'rotate-subscription': rotateSubscription,
  'test-subscription': testSubscription,
  'match-subscription': matchSubscription,
  'retry-execution': retryExecution,
  'cancel-execution': cancelExecution,
} satisfies Partial<Record<RouteName, (deps: ManageDeps & SubscriptionDeps) => RouteHandler>>;

/** Answers a refusal; the middleware around all routes handles every other fault. */
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
