import { SOURCES, type Source } from '../domain/source.ts';

/** Names of the routes; the handlers map each to its function. */
export type RouteName =
  | `${Source}-webhook`
  | 'earlier-jira-webhook'
  | 'connection-webhook'
  | 'earlier-connection-webhook'
  | 'connection-status'
  | 'health'
  | 'list-issues'
  | 'get-issue'
  | 'list-issue-events'
  | 'list-issue-commits'
  | 'list-stories-without-commits'
  | 'list-commits-without-story'
  | 'list-events'
  | 'get-event'
  | 'get-body'
  | 'reconciliation'
  | 'stats'
  | 'list-connections'
  | 'get-connection'
  | 'create-connection'
  | 'change-connection'
  | 'remove-connection'
  | 'rotate-connection'
  | 'activate-connection'
  | 'disable-connection'
  | 'list-subscriptions'
  | 'get-subscription'
  | 'list-executions'
  | 'list-issue-executions'
  | 'list-event-executions'
  | 'get-execution'
  | 'create-subscription'
  | 'change-subscription'
  | 'remove-subscription'
  | 'pause-subscription'
  | 'resume-subscription'
  | 'rotate-subscription'
  | 'test-subscription'
  | 'match-subscription'
  | 'retry-execution'
  | 'cancel-execution';

/** `{x}` in a path is one segment. Routes of ingest have no IAM authorisation; on AWS, all other routes do. */
export type Route = {
  name: RouteName;
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  served_by: 'ingest' | 'read' | 'manage';
  /** The route exists only if this part of the stack is deployed; absent: always. */
  needs?: 'executions';
  /** Names of the query parameters that it reads. */
  parameters?: readonly string[];
};

/** Whether a route is also served below `/t/{tenant}`: senders' URLs never name a tenant, all others may. */
export const hasTenant = ({ served_by }: Pick<Route, 'served_by'>): boolean => served_by !== 'ingest';

/** Where the routes of one tenant are served. */
export const TENANT_PATH = '/t/{tenant}';

const PAGE = ['limit', 'cursor'] as const;

const webhook = (source: Source): Route => ({
  name: `${source}-webhook`,
  method: 'POST',
  path: `/webhooks/${source}`,
  served_by: 'ingest',
});

const CONNECTION = '/connections/{connection_id}';
const SUBSCRIPTION = '/subscriptions/{subscription_id}';
const EXECUTION = '/executions/{execution_id}';

/** A route that changes subscriptions or executions. */
const ofExecutions = (name: RouteName, method: Route['method'], path: string): Route => ({
  ...{ name, method, path },
  served_by: 'manage',
  needs: 'executions',
});

/** A route that reads subscriptions or executions. */
const tellsOfExecutions = (name: RouteName, path: string, parameters?: readonly string[]): Route => ({
  ...{ name, path },
  method: 'GET',
  served_by: 'read',
  needs: 'executions',
  ...(parameters && { parameters }),
});

/** Every route. The stack and the local server have no other list. */
export const ROUTES: readonly Route[] = [
  ...SOURCES.map(webhook),
  { name: 'connection-webhook', method: 'POST', path: '/webhooks/{connection_id}', served_by: 'ingest' },
  { name: 'connection-status', method: 'GET', path: '/webhooks/{connection_id}', served_by: 'ingest' },
  // The paths of earlier receivers, so that their senders need no new URL.
  { name: 'earlier-jira-webhook', method: 'POST', path: '/webhook/jira', served_by: 'ingest' },
  {
    name: 'earlier-connection-webhook',
    method: 'POST',
    path: '/webhook/agents/{connection_id}/webhook',
    served_by: 'ingest',
  },
  { name: 'health', method: 'GET', path: '/health', served_by: 'ingest' },
  {
    name: 'list-issues',
    method: 'GET',
    path: '/issues',
    served_by: 'read',
    parameters: ['project', 'status', 'fix_version', 'deleted', ...PAGE],
  },
  { name: 'get-issue', method: 'GET', path: '/issues/{issue}', served_by: 'read' },
  {
    name: 'list-issue-events',
    method: 'GET',
    path: '/issues/{issue}/events',
    served_by: 'read',
    parameters: PAGE,
  },
  tellsOfExecutions('list-issue-executions', '/issues/{issue}/executions', PAGE),
  {
    name: 'list-issue-commits',
    method: 'GET',
    path: '/issues/{issue}/commits',
    served_by: 'read',
    parameters: PAGE,
  },
  {
    name: 'list-stories-without-commits',
    method: 'GET',
    path: '/gaps/stories-without-commits',
    served_by: 'read',
    parameters: ['project', 'fix_version', ...PAGE],
  },
  {
    name: 'list-commits-without-story',
    method: 'GET',
    path: '/gaps/commits-without-story',
    served_by: 'read',
    parameters: ['repository', 'since', ...PAGE],
  },
  {
    name: 'list-events',
    method: 'GET',
    path: '/events',
    served_by: 'read',
    parameters: ['date', 'outcome', 'event_type', 'source', 'connection', ...PAGE],
  },
  { name: 'get-event', method: 'GET', path: '/events/{event_id}', served_by: 'read' },
  tellsOfExecutions('list-event-executions', '/events/{event_id}/executions', PAGE),
  // Not below `/events`: readers of events need not see raw bodies, and `*` in an IAM policy also matches `/`.
  { name: 'get-body', method: 'GET', path: '/bodies/{event_id}', served_by: 'read' },
  { name: 'reconciliation', method: 'GET', path: '/reconciliation', served_by: 'read' },
  { name: 'stats', method: 'GET', path: '/stats', served_by: 'read', parameters: ['hours', 'by'] },
  { name: 'list-connections', method: 'GET', path: '/connections', served_by: 'read' },
  { name: 'create-connection', method: 'POST', path: '/connections', served_by: 'manage' },
  { name: 'get-connection', method: 'GET', path: CONNECTION, served_by: 'read' },
  { name: 'change-connection', method: 'PATCH', path: CONNECTION, served_by: 'manage' },
  { name: 'remove-connection', method: 'DELETE', path: CONNECTION, served_by: 'manage' },
  ...(['rotate', 'activate', 'disable'] as const).map(
    (what): Route => ({
      name: `${what}-connection`,
      method: 'POST',
      path: `${CONNECTION}/${what}`,
      served_by: 'manage',
    }),
  ),
  tellsOfExecutions('list-subscriptions', '/subscriptions'),
  ofExecutions('create-subscription', 'POST', '/subscriptions'),
  tellsOfExecutions('get-subscription', SUBSCRIPTION),
  ofExecutions('change-subscription', 'PATCH', SUBSCRIPTION),
  ofExecutions('remove-subscription', 'DELETE', SUBSCRIPTION),
  ...(['pause', 'resume', 'rotate', 'test', 'match'] as const).map((what) =>
    ofExecutions(`${what}-subscription`, 'POST', `${SUBSCRIPTION}/${what}`),
  ),
  tellsOfExecutions('list-executions', '/executions', ['date', 'status', 'subscription', ...PAGE]),
  tellsOfExecutions('get-execution', EXECUTION),
  ...(['retry', 'cancel'] as const).map((what) =>
    ofExecutions(`${what}-execution`, 'POST', `${EXECUTION}/${what}`),
  ),
];
