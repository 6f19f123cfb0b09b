import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RouteName } from '../../../src/contract/routes.ts';
import { executionId } from '../../../src/domain/event-id.ts';
import { type Execution, executionIdOf } from '../../../src/domain/execution.ts';
import { newExecution } from '../../../src/publish/publish-events.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import { putExecution } from '../../../src/store/executions/executions.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { type Connected, connect } from '../../support/connected.ts';
import { someRun } from '../../support/connections.ts';
import { startCorrelation, type TestCorrelation } from '../../support/correlation.ts';
import { noise } from '../../support/seed.ts';
import { someSubscription } from '../../support/subscriptions.ts';
import { commit, commitsBody, issueBody } from '../correlate/bodies.ts';

/** Tenants whose names are parts of each other's; the built-in sources deliver for the first. */
export const TENANTS = ['default', 'a', 'a-b', 'b'] as const;
export type Tenant = (typeof TENANTS)[number];

/** Before a path of a tenant. */
export const prefixOf = (tenant: Tenant): string => (tenant === 'default' ? '' : `/t/${tenant}`);

/** In every text of a tenant, and in none of another's. */
export const wordOf = (tenant: Tenant): string => `only-of-${TENANTS.indexOf(tenant)}-${tenant}-end`;

export type TenantWorld = {
  app: TestApp;
  correlation: TestCorrelation;
  folder: string;
  /** Ids of each tenant's events in the order in which they were delivered. */
  events: Record<Tenant, string[]>;
  connected: Record<Exclude<Tenant, 'default'>, { jira: Connected; commits: Connected }>;
  /** Executions of each tenant's first event, for its subscription. */
  executions: Record<Tenant, Execution[]>;
  close(): void;
};

/** The same ids, keys and names for every tenant, some of them made of other tenants' names. */
const bodiesOf = (tenant: Tenant): { kind: 'jira' | 'commits'; body: string }[] => {
  const word = wordOf(tenant);
  const titled = (body: string): string => body.replaceAll(/"summary":"/g, `"summary":"${word} `);
  const large = titled(issueBody('3', 'ABC-3', 1)).replace(
    '"summary"',
    `"customfield_1":"${noise(500_000).toString('base64')}","summary"`,
  );
  return [
    { kind: 'jira', body: titled(issueBody('1', 'ABC-1', 1)) },
    { kind: 'jira', body: titled(issueBody('1', 'ABC-1', 2)) },
    { kind: 'jira', body: titled(issueBody('2', 'A-B-2', 1, { project: 'A-B', versions: ['a-b#story#'] })) },
    { kind: 'jira', body: titled(issueBody('5', 'A-B-3', 1, { project: 'A-B', versions: ['a-b#story#'] })) },
    { kind: 'jira', body: large },
    { kind: 'jira', body: JSON.stringify({ webhookEvent: 'x'.repeat(300), said: word }) },
    {
      kind: 'commits',
      body: commitsBody(
        commit(1, `ABC-1 ${word}`),
        commit(2, `ABC-1 A-B-2 ${word}`),
        commit(3, `XYZ-9 ${word}`),
        commit(4, `default#commit#a ${word}`),
      ),
    },
  ];
};

const deliver = async (
  { app, connected }: Pick<TenantWorld, 'app' | 'connected'>,
  tenant: Tenant,
): Promise<string[]> => {
  const ids: string[] = [];
  for (const { kind, body } of bodiesOf(tenant)) {
    const builtIn = () => (kind === 'jira' ? app.deliver(body) : app.deliverCommits('commits', body));
    const answer = tenant === 'default' ? builtIn() : app.deliverTo(connected[tenant][kind], body);
    ids.push(String((await answer).body.event_id));
  }
  return ids;
};

/** A subscription, and what became of an event: one that ended, with an answer, and one that waits. */
const send = async ({ events }: TestApp, tenant: Tenant, event_id: string): Promise<Execution[]> => {
  const word = wordOf(tenant);
  const subscription = someSubscription({ tenant_id: tenant, name: word });
  const run = someRun();
  await createSubscription(events, subscription, { who: 'local', what: 'subscription-created' }, run);
  const { table } = events;
  const found = await getEvent({ table, tenant, signal: run.signal }, event_id, run.received_ms);
  if (found === null) throw new Error('no event to send');
  const expires_at = Math.ceil(run.received_ms / 1_000) + 86_400;
  const first = newExecution(subscription, found.event, { expires_at, now_ms: run.received_ms });
  const result = { status: 200, content_type: null, body: word, truncated: false };
  const ended: Execution = { ...first, status: 'completed', due_ms: null, reason: word, result };
  const { execution_id, subscription_id } = first;
  const again = newExecution(subscription, found.event, { expires_at, now_ms: run.received_ms + 1 });
  const waiting = {
    ...{ ...again, replay_of: execution_id, reason: word },
    execution_id: executionIdOf(event_id, subscription_id, 1),
  };
  for (const execution of [ended, waiting]) await putExecution({ table, signal: run.signal }, execution);
  return [ended, waiting];
};

/** One deployment with all of them, delivered, correlated. */
export const startTenants = async (endpoint: string): Promise<TenantWorld> => {
  const folder = join(tmpdir(), `tenants-${randomUUID()}`);
  const app = openApp({ endpoint, tableName: await createTable(endpoint), env: { ARTIFACTS_DIR: folder } });
  const of = async (tenant_id: string) => {
    const both = { tenant_id, name: tenant_id, site_url: `https://${tenant_id}.example.net` };
    return {
      jira: await connect(app.events, both),
      commits: await connect(app.events, { ...both, kind: 'commits', site_url: null }),
    };
  };
  const connected = { a: await of('a'), 'a-b': await of('a-b'), b: await of('b') };
  const events = { default: [''], a: [''], 'a-b': [''], b: [''] };
  for (const tenant of TENANTS) events[tenant] = await deliver({ app, connected }, tenant);
  const executions = { default: [], a: [], 'a-b': [], b: [] } as Record<Tenant, Execution[]>;
  for (const tenant of TENANTS) executions[tenant] = await send(app, tenant, events[tenant][0] ?? '');
  const correlation = startCorrelation(app);
  await correlation.run();
  const close = (): void => {
    correlation[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return { app, correlation, folder: correlation.folder, events, connected, executions, close };
};

/** What is asked of each route that reads; `{n}` is the tenant's n-th event, other names are those of something else of its. */
export const TARGETS = {
  'list-issues': ['/issues?project=ABC', '/issues?project=A-B&limit=100'],
  'get-issue': ['/issues/1', '/issues/ABC-1', '/issues/a-b-2', '/issues/3', '/issues/404'],
  'list-issue-events': ['/issues/1/events', '/issues/A-B-2/events', '/issues/XYZ-9/events'],
  'list-issue-commits': ['/issues/1/commits', '/issues/A-B-2/commits'],
  'list-stories-without-commits': [
    '/gaps/stories-without-commits',
    '/gaps/stories-without-commits?project=ABC',
    '/gaps/stories-without-commits?fix_version=a-b%23story%23',
  ],
  'list-commits-without-story': [
    '/gaps/commits-without-story',
    '/gaps/commits-without-story?repository=acme/shop',
  ],
  'list-events': [
    '/events',
    '/events?outcome=quarantined',
    '/events?source=commits',
    '/events?source=admin',
    '/events?source=reconcile',
    '/events?event_type=jira:issue_updated',
    '/events?connection={connection}',
  ],
  'get-event': ['/events/{0}', '/events/{4}', '/events/{5}', '/events/{6}'],
  'get-body': ['/bodies/{0}', '/bodies/{4}', '/bodies/{5}', '/bodies/{6}'],
  reconciliation: ['/reconciliation'],
  stats: ['/stats', '/stats?by=hour'],
  'list-connections': ['/connections'],
  'get-connection': ['/connections/{connection}'],
  'list-subscriptions': ['/subscriptions'],
  'get-subscription': ['/subscriptions/{subscription}'],
  'list-executions': ['/executions', '/executions?status=queued', '/executions?subscription={subscription}'],
  'list-issue-executions': ['/issues/1/executions', '/issues/ABC-1/executions', '/issues/2/executions'],
  'list-event-executions': ['/events/{0}/executions'],
  'get-execution': ['/executions/{execution}', '/executions/{delivery}'],
} satisfies Partial<Record<RouteName, string[]>>;

/** A target about something of a tenant's own. */
export const fillIn = (
  { events, connected, executions }: TenantWorld,
  target: string,
  whose: Tenant,
): string =>
  target
    .replace('{subscription}', executions[whose][0]?.subscription_id ?? '')
    .replace('{execution}', executions[whose][0]?.execution_id ?? '')
    .replace('{delivery}', executionId(events[whose][0] ?? ''))
    .replace(/\{(\d)\}/, (_, n) => events[whose][Number(n)] ?? '')
    .replace(
      '{connection}',
      whose === 'default' ? `con_${'0'.repeat(22)}` : connected[whose].jira.connection.connection_id,
    );
