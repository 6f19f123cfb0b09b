import type { Env } from '../contract/env.ts';
import type { RouteName } from '../contract/routes.ts';
import type { RouteHandler, RouteHandlers } from '../http/dispatch.ts';
import { openEvents, openTable, type Platform } from '../wiring/open.ts';
import { getConnections, getOneConnection } from './connections.ts';
import { getBody, getEvents, getIssueEvents, getOneEvent } from './events.ts';
import { getEventExecutions, getExecutions, getOneExecution } from './executions.ts';
import { getCommitGaps, getStoryGaps } from './gaps.ts';
import { getIssueCommits } from './issue-commits.ts';
import { getIssueExecutions } from './issue-executions.ts';
import { getIssue, getIssues } from './issues.ts';
import type { ReadDeps } from './listing.ts';
import { getReconciliation } from './reconciliation.ts';
import { getStats } from './stats.ts';
import { getOneSubscription, getSubscriptions } from './subscriptions.ts';

/** The routes of the read side, configured by the environment. */
export const openReadRoutes = (env: Env, platform: Platform): RouteHandlers => {
  const opened = {
    ...openEvents(env, openTable(env, platform.dynamodb)),
    git_sha: env.GIT_SHA ?? 'unknown',
    executions: env.EXECUTIONS === 'on',
  };
  return Object.fromEntries(
    Object.entries(READERS).map(([name, readerOf]): [string, RouteHandler] => [
      name,
      (request, argument, run) => readerOf({ ...opened, tenant: request.tenant })(request, argument, run),
    ]),
  );
};

/** Each route reads the rows of the tenant that its path names. */
const READERS = {
  'list-issues': getIssues,
  'get-issue': getIssue,
  'list-issue-events': getIssueEvents,
  'list-events': getEvents,
  'get-event': getOneEvent,
  'get-body': getBody,
  reconciliation: getReconciliation,
  stats: getStats,
  'list-issue-commits': getIssueCommits,
  'list-stories-without-commits': getStoryGaps,
  'list-commits-without-story': getCommitGaps,
  'list-connections': getConnections,
  'get-connection': getOneConnection,
  'list-subscriptions': getSubscriptions,
  'get-subscription': getOneSubscription,
  'list-executions': getExecutions,
  'list-issue-executions': getIssueExecutions,
  'list-event-executions': getEventExecutions,
  'get-execution': getOneExecution,
} satisfies Partial<Record<RouteName, (deps: ReadDeps) => RouteHandler>>;
