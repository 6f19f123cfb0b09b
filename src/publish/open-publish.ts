import type { Env } from '../contract/env.ts';
import { openMetrics } from '../platform/metrics.ts';
import { openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { openSender } from '../wiring/open-sender.ts';
import type { PublishDeps } from './scope.ts';

/** Everything publishing needs, as the environment names it. */
export const openPublish = (env: Env, platform: Platform): PublishDeps => ({
  table: openTable(env, platform.dynamodb),
  tenant: tenantOf(platform),
  retention_days: env.EVENT_RETENTION_DAYS,
  clock: platform.clock,
  log: platform.log,
  count: platform.count ?? openMetrics(env),
  hint: openSender(env, platform).hint,
});
