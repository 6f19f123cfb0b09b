import type { Env } from '../contract/env.ts';
import type { RouteHandlers } from '../http/dispatch.ts';
import { openTable, type Platform, tenantOf } from '../wiring/open.ts';
import { getEvents, getIssueEvents, getOneEvent } from './events.ts';
import { getCommitGaps, getStoryGaps } from './gaps.ts';
import { getIssueCommits } from './issue-commits.ts';
import { getIssue, getIssues } from './issues.ts';
import type { ReadDeps } from './listing.ts';
import { getReconciliation } from './reconciliation.ts';
import { getStats } from './stats.ts';

/** The read side as the environment names it, of one tenant. */
export const openReadRoutes = (env: Env, platform: Platform): RouteHandlers =>
  readRoutes({
    table: openTable(env, platform.dynamodb),
    tenant: tenantOf(platform),
    git_sha: env.GIT_SHA ?? 'unknown',
    retention_days: env.EVENT_RETENTION_DAYS,
  });

/** The read side. */
const readRoutes = (deps: ReadDeps): RouteHandlers => ({
  'list-issues': getIssues(deps),
  'get-issue': getIssue(deps),
  'list-issue-events': getIssueEvents(deps),
  'list-events': getEvents(deps),
  'get-event': getOneEvent(deps),
  reconciliation: getReconciliation(deps),
  stats: getStats(deps),
  'list-issue-commits': getIssueCommits(deps),
  'list-stories-without-commits': getStoryGaps(deps),
  'list-commits-without-story': getCommitGaps(deps),
});
