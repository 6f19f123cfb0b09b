import type { Env } from '../../contract/env.ts';
import { openMetrics } from '../../platform/metrics.ts';
import { rawBodiesIn } from '../../store/events/put-event.ts';
import { HOME, openObjects, openTable, type Platform, tenantOf } from '../../wiring/open.ts';
import { artifactsIn } from '../documents/artifact-store.ts';
import type { BatchDeps } from './scope.ts';

/** Everything correlation needs, as the environment names it. */
export const openCorrelation = (env: Env, platform: Platform): BatchDeps => {
  const objects = openObjects(env);
  return {
    table: openTable(env, platform.dynamodb),
    tenant: tenantOf(platform),
    home: HOME,
    site_tenant: env.JIRA_SITE_URL === undefined ? null : HOME,
    rawBodies: rawBodiesIn(objects),
    artifacts: artifactsIn(objects),
    git_sha: env.GIT_SHA ?? 'unknown',
    clock: platform.clock,
    log: platform.log,
    count: openMetrics(env),
  };
};
