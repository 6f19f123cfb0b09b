import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { readEnv } from '../../src/contract/env.ts';
import { ROUTES } from '../../src/contract/routes.ts';
import {
  COMMIT_SOURCES,
  type CommitSource,
  EVENT_SOURCES,
  forEachSource,
  SOURCES,
  type Source,
} from '../../src/domain/source.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { type Instance, startInstance } from '../../src/local/run-instance.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { SENDERS } from '../../src/senders/registry.ts';
import { openTable } from '../../src/wiring/open.ts';
import { COMMITS_ON, proofOf, SECRET, sign, startApp } from '../support/app.ts';
import { COMMIT_FIXTURES, commitFixture } from '../support/commit-bodies.ts';
import { commitDelivery, pushHeader } from '../support/commit-deliveries.ts';
import { startCorrelation } from '../support/correlation.ts';
import { incompressible } from '../support/dependencies.ts';
import { startTestEngine } from '../support/engine.ts';
import { executionCases } from '../support/execution-cases.ts';
import { mutantsOf } from '../support/mutants.ts';
import {
  bodyErrors,
  headerErrors,
  openapi,
  operations,
  parametersOf,
  requestErrors,
} from '../support/openapi.ts';
import { startSecretsManager } from '../support/secrets-manager.ts';
import { SOME_EXECUTION, SOME_SUBSCRIPTION, subscriptionCases } from '../support/subscription-cases.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/deliveries');
const MAX_BODY_BYTES = 100_000;
/** Has the form of an event id, and no event. */
const SOME_EVENT = `evt_${'0'.repeat(40)}`;
/** Has the form of a connection's id, and no connection. */
const SOME_CONNECTION = `con_${'0'.repeat(22)}`;

/** A full issue with something in every field, so that no part of a schema goes unused. */
const RICH = JSON.stringify({
  timestamp: 1_772_000_000_000,
  webhookEvent: 'jira:issue_updated',
  issue_event_type_name: 'issue_generic',
  user: { accountId: 'acc-1', displayName: 'Ada' },
  issue: {
    id: '501',
    key: 'API-1',
    fields: {
      updated: '2026-02-25T06:13:20.000+0000',
      created: '2026-02-24T06:13:20.000+0000',
      summary: 'Everything',
      description: 'Text',
      issuetype: { name: 'Story', hierarchyLevel: 0 },
      project: { key: 'API' },
      status: { name: 'Open', statusCategory: { key: 'new' } },
      priority: { name: 'High' },
      resolution: { name: 'Done' },
      assignee: { accountId: 'acc-1', displayName: 'Ada' },
      reporter: { accountId: 'acc-2', displayName: 'Bo' },
      labels: ['one'],
      components: [{ name: 'core' }],
      fixVersions: [{ name: '1.0' }],
      versions: [{ name: '0.9' }],
      parent: { key: 'API-9' },
      subtasks: [{ key: 'API-2' }],
      issuelinks: [{ type: { name: 'Blocks' }, outwardIssue: { key: 'API-3' } }],
      duedate: '2026-03-01',
      customfield_10020: [{ id: 7, name: 'Sprint 7', state: 'active', boardId: 3 }],
      customfield_10030: { value: 'x' },
    },
  },
  changelog: { items: [{ field: 'status', fieldId: 'status', from: '1', fromString: 'New', to: '2' }] },
});

/** The deletion of an issue of which nothing else was delivered. */
const DELETED_ONLY = '{"timestamp":1772000000001,"webhookEvent":"jira:issue_deleted","issue":{"id":"502"}}';
const OLDER = RICH.replace('2026-02-25T06', '2026-02-23T06');
const NO_WEBHOOK = '{"webhookEvent":"","issue":{"key":"A/1"}}';

/** A commit that belongs to API-1, one that names a key nobody has, and one that names none. */
const COMMITS = JSON.stringify({
  repository: 'acme/api',
  commits: [
    { sha: 'a'.repeat(40), message: 'API-1 Do it', author: 'Ada', committed_at: '2026-02-25T06:00:00Z' },
    { sha: 'b'.repeat(40), message: 'NONE-9 Tidy', author: 'Bo', committed_at: '2026-02-25T07:00:00Z' },
    { sha: 'c'.repeat(40), message: 'Tidy more', author: '', committed_at: '2026-02-25T08:00:00Z' },
  ],
});

const MASTERS = JSON.stringify({ connections_master_1: 'ab'.repeat(32) });

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';

const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
const cleanUp: (() => Promise<void>)[] = [];
let engine: Awaited<ReturnType<typeof startTestEngine>>;
let main: Instance;
/** Takes bodies that are larger than an answer may be. */
let roomy: Instance;
let guarded: Instance;
let broken: Instance;
/** Its secret holds Jira's keys and none of a commit source. */
let off: Instance;

/** Only one of them correlates, because all that take deliveries have one table: each would do it all again. */
const start = async (env: NodeJS.ProcessEnv, correlate = false): Promise<Instance> => {
  const standard = {
    PORT: '0',
    JIRA_WEBHOOK_SECRET: SECRET,
    ARTIFACTS_DIR: folder,
    CONNECTIONS_MASTERS: MASTERS,
    ALLOW_PRIVATE_TARGETS: 'true',
  };
  const parsed = readEnv({ ...standard, ...env });
  const log = createLogger(parsed, { write: () => {} });
  const instance = await startInstance({ env: parsed, log, correlate });
  cleanUp.push(instance.stop);
  return instance;
};

const get = (instance: Instance, path: string) => fetch(`${instance.url}${path}`);

const deliver = (
  instance: Instance,
  body: string | Buffer,
  signature = sign(body),
  path = '/webhooks/jira',
) =>
  fetch(`${instance.url}${path}`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'X-Hub-Signature': signature },
  });

type Given = { signature?: string; event?: Record<string, string> };

const eventHeader = (source: CommitSource): Record<string, string> => {
  const [name, event] = [SENDERS[source].headers.event, pushHeader(source)];
  return name && event ? { [name]: event } : {};
};

const deliverCommits = (instance: Instance, source: CommitSource, body: string, given: Given = {}) => {
  const { name, value } = proofOf(source, body);
  const { signature = value, event = eventHeader(source) } = given;
  const headers = { ...event, [name]: signature };
  return fetch(`${instance.url}/webhooks/${source}`, { method: 'POST', body, headers });
};

/** What a request of ours to change connections has; each may be replaced. */
type Change = { method?: string; body?: unknown; rev?: number | undefined; headers?: Record<string, string> };

const manage = (
  instance: Instance,
  path: string,
  { method = 'POST', body = {}, rev, headers }: Change = {},
) =>
  fetch(`${instance.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${instance.manageToken}`,
      'content-type': 'application/json',
      ...(rev === undefined ? {} : { 'if-match': String(rev) }),
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const SITE = 'https://acme.example';
const SENDER = { kind: 'jira', auth: 'header', name: 'A sender', site_url: SITE };
const madeSchema = z.object({ connection_id: z.string(), secret: z.string() });
type Made = z.output<typeof madeSchema>;

/** A connection of its own, at its first revision. */
const connect = async (settings: object = {}): Promise<Made> => {
  const response = await manage(main, '/connections', { body: { ...SENDER, ...settings } });
  return madeSchema.parse(await response.json());
};

const startOff = async (database: NodeJS.ProcessEnv): Promise<Instance> => {
  const secrets = await startSecretsManager(ARN);
  cleanUp.push(secrets.close);
  secrets.put(JSON.stringify({ jira_webhook_secret: SECRET }), Date.UTC(2024, 0));
  const store = {
    JIRA_WEBHOOK_SECRET_ARN: ARN,
    CONNECTIONS_MASTERS: '{}',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.endpoint,
  };
  return start({ ...database, ...store });
};

/** All over one engine, but one whose engine is gone by now. */
const startAll = async (): Promise<void> => {
  engine = await startTestEngine();
  const other = await startTestEngine();
  cleanUp.push(engine.stop);
  const database = { AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint };
  main = await start({ ...database, ...COMMITS_ON, MAX_BODY_BYTES: String(MAX_BODY_BYTES) }, true);
  roomy = await start({ ...database, ...COMMITS_ON, MAX_BODY_BYTES: '10000000' });
  guarded = await start({ ...database, ...COMMITS_ON, ALLOWED_CIDRS: '192.0.2.0/24' });
  broken = await start({ ...COMMITS_ON, AWS_ENDPOINT_URL_DYNAMODB: other.endpoint });
  off = await startOff(database);
  await other.stop();
};

/** A delivery of each source that has been taken when the cases begin. */
const KNOWN: Record<Source, string> = {
  ...forEachSource((source) => (source === 'jira' ? RICH : commitDelivery(source))),
  commits: COMMITS,
};

const eventIdSchema = z.object({ event_id: z.string() });
let eventId = '';
let quarantinedId = '';
let largeId = '';

/** Quarantined, because it is no JSON. */
const TOO_LARGE_TO_ANSWER = Buffer.concat([Buffer.from('x'), randomBytes(5_000_000)]);

beforeAll(async () => {
  await startAll();
  for (const body of [RICH, DELETED_ONLY, RICH.replaceAll('API-1', 'API-4').replace('"501"', '"504"')])
    expect((await deliver(main, body)).status).toBe(202);
  eventId = eventIdSchema.parse(await (await deliver(main, RICH)).json()).event_id;
  quarantinedId = eventIdSchema.parse(await (await deliver(main, NO_WEBHOOK)).json()).event_id;
  largeId = eventIdSchema.parse(await (await deliver(roomy, TOO_LARGE_TO_ANSWER)).json()).event_id;
  for (const source of COMMIT_SOURCES)
    expect((await deliverCommits(main, source, KNOWN[source])).status).toBe(202);
  await main.correlated();
});

afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** `optional`: what the answer need not have: it was asked for, or is only of some events. */
type Case = { operation: string; status: number; ask: () => Promise<Response>; optional?: string };

const PATHS: Record<string, string> = {
  ...Object.fromEntries(SOURCES.map((source) => [`${source}-webhook`, `/webhooks/${source}`])),
  'connection-webhook': `/webhooks/${SOME_CONNECTION}`,
  'connection-status': `/webhooks/${SOME_CONNECTION}`,
  'earlier-jira-webhook': '/webhook/jira',
  'earlier-connection-webhook': `/webhook/agents/${SOME_CONNECTION}/webhook`,
  health: '/health',
  'list-issues': '/issues?project=API',
  'get-issue': '/issues/API-1',
  'list-issue-events': '/issues/501/events',
  'list-issue-commits': '/issues/API-1/commits',
  'list-stories-without-commits': '/gaps/stories-without-commits',
  'list-commits-without-story': '/gaps/commits-without-story',
  'list-events': '/events',
  'get-event': `/events/${SOME_EVENT}`,
  'get-body': `/bodies/${SOME_EVENT}`,
  reconciliation: '/reconciliation',
  stats: '/stats',
  'list-connections': '/connections',
  'create-connection': '/connections',
  'get-connection': `/connections/${SOME_CONNECTION}`,
  'change-connection': `/connections/${SOME_CONNECTION}`,
  'remove-connection': `/connections/${SOME_CONNECTION}`,
  'rotate-connection': `/connections/${SOME_CONNECTION}/rotate`,
  'activate-connection': `/connections/${SOME_CONNECTION}/activate`,
  'disable-connection': `/connections/${SOME_CONNECTION}/disable`,
  'list-subscriptions': '/subscriptions',
  'get-subscription': `/subscriptions/${SOME_SUBSCRIPTION}`,
  'list-executions': '/executions',
  'list-issue-executions': '/issues/501/executions',
  'list-event-executions': `/events/${SOME_EVENT}/executions`,
  'get-execution': `/executions/${SOME_EXECUTION}`,
  'create-subscription': '/subscriptions',
  'change-subscription': `/subscriptions/${SOME_SUBSCRIPTION}`,
  'remove-subscription': `/subscriptions/${SOME_SUBSCRIPTION}`,
  ...Object.fromEntries(
    ['pause', 'resume', 'rotate', 'test', 'match'].map((what) => [
      `${what}-subscription`,
      `/subscriptions/${SOME_SUBSCRIPTION}/${what}`,
    ]),
  ),
  'retry-execution': `/executions/${SOME_EXECUTION}/retry`,
  'cancel-execution': `/executions/${SOME_EXECUTION}/cancel`,
};

/** Where a list of nothing is not found, that of what was delivered. */
const pathOf = (operation: string): string =>
  (PATHS[operation] ?? '/missing').replace(`/events/${SOME_EVENT}/`, `/events/${eventId || SOME_EVENT}/`);

const wrongMethods: Case[] = ROUTES.map(({ name }) => ({
  operation: name,
  status: 405,
  ask: () => fetch(`${main.url}${pathOf(name)}`, { method: 'PUT' }),
}));

const unavailable: Case[] = ROUTES.filter(({ method }) => method === 'GET').map(({ name }) => ({
  operation: name,
  status: 503,
  ask: () => get(broken, pathOf(name)),
}));

const read = (operation: string, status: number, path: () => string): Case => ({
  operation,
  status,
  ask: () => get(main, path()),
});

const JIRA_OPERATIONS = ['jira-webhook', 'earlier-jira-webhook'];

/** Under each path of Jira, with a body of its own where it must be new. */
const jiraCases = JIRA_OPERATIONS.flatMap((operation): Case[] => {
  const send = (instance: Instance, body: string, signature?: string) =>
    deliver(instance, body, signature, pathOf(operation));
  const answered = (status: number, ask: () => Promise<Response>): Case => ({ operation, status, ask });
  return [
    answered(200, () => send(main, RICH)),
    answered(202, () => send(main, OLDER.replace('Everything', operation))),
    answered(202, () => send(main, `{"webhookEvent":"sprint_started","sprint":{"name":"${operation}"}}`)),
    answered(400, () => send(main, '')),
    answered(400, () => send(main, '{')),
    answered(401, () => send(main, RICH, 'sha256=00')),
    answered(403, () => send(guarded, RICH, 'sha256=00')),
    answered(413, () => send(main, 'x'.repeat(MAX_BODY_BYTES + 1))),
    answered(422, () => send(main, NO_WEBHOOK)),
    answered(503, () => send(guarded, RICH)),
    answered(503, () => send(broken, RICH)),
  ];
});

const commitCases = COMMIT_SOURCES.flatMap((source): Case[] => {
  const answered = (status: number, ask: () => Promise<Response>): Case => ({
    operation: `${source}-webhook`,
    status,
    ask,
  });
  const forged = { signature: 'sha256=00' };
  return [
    answered(200, () => deliverCommits(main, source, KNOWN[source])),
    answered(202, () => deliverCommits(main, source, commitDelivery(source))),
    answered(400, () => deliverCommits(main, source, '')),
    answered(400, () => deliverCommits(main, source, '{')),
    answered(401, () => deliverCommits(main, source, KNOWN[source], forged)),
    answered(403, () => deliverCommits(guarded, source, KNOWN[source], forged)),
    answered(404, () => deliverCommits(off, source, KNOWN[source])),
    answered(404, () => get(off, `/webhooks/${source}`)),
    answered(413, () => deliverCommits(main, source, 'x'.repeat(MAX_BODY_BYTES + 1))),
    answered(422, () => deliverCommits(main, source, '[]')),
    answered(503, () => deliverCommits(guarded, source, KNOWN[source])),
    answered(503, () => deliverCommits(broken, source, KNOWN[source])),
  ];
});

type Through = { instance?: Instance; secret?: string; agent?: string; body?: string };

/** Under both paths of a connection. */
const CONNECTION_PATHS: Record<string, (id: string) => string> = {
  'connection-webhook': (id) => `/webhooks/${id}`,
  'earlier-connection-webhook': (id) => `/webhook/agents/${id}/webhook`,
};

const connectionCases = Object.entries(CONNECTION_PATHS).flatMap(([operation, pathTo]): Case[] => {
  const through = (
    connection: Made,
    { instance = main, secret, agent = 'Jira', body = RICH }: Through = {},
  ) =>
    fetch(`${instance.url}${pathTo(connection.connection_id)}`, {
      method: 'POST',
      headers: { 'x-webhook-secret': secret ?? connection.secret, 'user-agent': agent },
      body,
    });
  const answered = (status: number, settings: object, ask: (made: Made) => Promise<Response>): Case => ({
    operation,
    status,
    ask: async () => ask(await connect(settings)),
  });
  const twice = async (connection: Made) => {
    await through(connection);
    return through(connection);
  };
  const elsewhere = RICH.replace(
    '"key":"API-1"',
    '"key":"API-1","self":"https://other.example/rest/api/2/issue/501"',
  );
  return [
    answered(200, {}, twice),
    answered(202, {}, (made) => through(made)),
    answered(202, {}, (made) => through(made, { body: elsewhere })),
    answered(400, {}, (made) => through(made, { body: '' })),
    answered(401, {}, (made) => through(made, { secret: 'wrong' })),
    answered(403, { user_agent_prefix: 'Atlassian' }, (made) => through(made)),
    answered(403, { status: 'draft' }, (made) => through(made)),
    answered(403, { project_keys: ['WEB'] }, (made) => through(made)),
    answered(403, {}, (made) => through(made, { body: RICH.replace('{', '{"tenant_id":"retail",') })),
    answered(404, {}, (made) => through({ ...made, connection_id: SOME_CONNECTION })),
    answered(413, {}, (made) => through(made, { body: 'x'.repeat(MAX_BODY_BYTES + 1) })),
    answered(422, {}, (made) => through(made, { body: NO_WEBHOOK })),
    answered(202, { kind: 'automation' }, (made) => through(made, { body: '{"issue_key":"API-1"}' })),
    answered(400, { kind: 'automation' }, (made) => through(made, { body: '{"issue_key":""API-1""}' })),
    answered(429, { rate: { per_minute: 1 } }, async (made) => {
      await twice(made);
      return through(made);
    }),
    answered(503, { allowed_cidrs: ['192.0.2.0/24'] }, (made) => through(made)),
    answered(503, {}, (made) => through(made, { instance: broken })),
  ];
});

const statusOf = async (secret?: string): Promise<Response> => {
  const made = await connect();
  return fetch(`${main.url}/webhooks/${made.connection_id}`, {
    headers: { 'x-webhook-secret': secret ?? made.secret },
  });
};

/** A connection whose secret was just rotated: the one before still verifies. */
const rotated = async (): Promise<Made> => {
  const made = await connect();
  await manage(main, `/connections/${made.connection_id}/rotate`, { rev: 1 });
  return made;
};

const TOO_LARGE_FORM = JSON.stringify({ reason: 'x'.repeat(100_001) });

type Action = { operation: string; method: string; path: string; ok: number; body: object; wrong: object };

const ACTIONS: Action[] = [
  {
    ...{ operation: 'change-connection', method: 'PATCH', path: '', ok: 200 },
    ...{ body: { name: 'Renamed' }, wrong: { kind: 'github' } },
  },
  {
    operation: 'rotate-connection',
    method: 'POST',
    path: '/rotate',
    ok: 200,
    body: {},
    wrong: { grace_hours: -1 },
  },
  {
    operation: 'activate-connection',
    method: 'POST',
    path: '/activate',
    ok: 200,
    body: {},
    wrong: { reason: 1 },
  },
  {
    ...{ operation: 'disable-connection', method: 'POST', path: '/disable', ok: 200 },
    ...{ body: { reason: 'It moved' }, wrong: { because: 'x' } },
  },
];

const actionCases = ACTIONS.flatMap(({ operation, method, path, ok, body, wrong }): Case[] => {
  const asked = (status: number, change: Change & { id?: string; instance?: Instance } = {}): Case => ({
    operation,
    status,
    ask: async () => {
      const { id = (await connect()).connection_id, instance = main, ...given } = change;
      return manage(instance, `/connections/${id}${path}`, { method, body, rev: 1, ...given });
    },
  });
  return [
    asked(ok),
    { ...asked(400, { body: wrong }), optional: '.errors' },
    asked(400, { headers: { 'if-match': '*' } }),
    asked(401, { headers: { authorization: '' } }),
    asked(403, { headers: { origin: 'https://other.example' } }),
    asked(404, { id: SOME_CONNECTION }),
    asked(409, { rev: 2 }),
    asked(413, { body: TOO_LARGE_FORM }),
    asked(415, { headers: { 'content-type': 'text/plain' } }),
    asked(428, { rev: undefined }),
    {
      ...asked(503),
      ask: () => manage(broken, `/connections/${SOME_CONNECTION}${path}`, { method, body, rev: 1 }),
    },
  ];
});

const create = (status: number, settings: object, change: Change = {}, instance = () => main): Case => ({
  operation: 'create-connection',
  status,
  ask: () => manage(instance(), '/connections', { body: { ...SENDER, ...settings }, ...change }),
});

const remove = (status: number, change: Change = {}, id?: string): Case => ({
  operation: 'remove-connection',
  status,
  ask: async () => {
    const path = `/connections/${id ?? (await connect()).connection_id}`;
    return fetch(`${(status === 503 ? broken : main).url}${path}`, {
      method: 'DELETE',
      headers: {
        authorization: `Bearer ${(status === 503 ? broken : main).manageToken}`,
        ...(change.rev === undefined ? {} : { 'if-match': String(change.rev) }),
        ...change.headers,
      },
    });
  },
});

const managementCases: Case[] = [
  create(201, {}),
  create(201, { auth: 'signature', imported: 'the key of the sender' }),
  { ...create(400, { name: '', rate: 60 }), optional: '.errors' },
  create(401, {}, { headers: { authorization: 'Bearer wrong' } }),
  create(403, {}, { headers: { origin: 'https://other.example' } }),
  create(409, { site_url: 'https://other.example' }),
  create(409, { auth: 'signature' }, {}, () => off),
  create(413, {}, { body: TOO_LARGE_FORM }),
  create(415, {}, { headers: { 'content-type': 'text/plain' } }),
  create(503, {}, {}, () => broken),
  ...actionCases,
  {
    operation: 'rotate-connection',
    status: 409,
    ask: async () => manage(main, `/connections/${(await rotated()).connection_id}/rotate`, { rev: 2 }),
  },
  remove(204, { rev: 1 }),
  remove(400, { headers: { 'if-match': 'x' } }),
  remove(401, { rev: 1, headers: { authorization: '' } }),
  remove(403, { rev: 1, headers: { origin: 'https://other.example' } }),
  remove(404, { rev: 1 }, SOME_CONNECTION),
  remove(409, { rev: 2 }),
  remove(204),
  remove(503, { rev: 1 }, SOME_CONNECTION),
  read('list-connections', 200, () => '/connections'),
  {
    operation: 'get-connection',
    status: 200,
    ask: async () => get(main, `/connections/${(await rotated()).connection_id}`),
  },
  read('get-connection', 404, () => `/connections/${SOME_CONNECTION}`),
];

/** The table that all instances share. */
const tableOf = (endpoint: string) => openTable(readEnv({}), embeddedConfig(endpoint));

let pings = 0;

const ping = () => {
  pings += 1;
  const body = JSON.stringify({ zen: `ping ${pings}` });
  return deliverCommits(main, 'github', body, { event: { 'X-GitHub-Event': 'ping' } });
};

const CASES: Case[] = [
  ...jiraCases,
  ...commitCases,
  ...connectionCases,
  { operation: 'connection-status', status: 200, ask: () => statusOf() },
  { operation: 'connection-status', status: 401, ask: () => statusOf('wrong') },
  read('connection-status', 404, () => `/webhooks/${SOME_CONNECTION}`),
  ...managementCases,
  ...subscriptionCases({
    main: () => main,
    off: () => off,
    broken: () => broken,
    table: () => tableOf(engine.endpoint),
    manage,
    eventId: () => eventId,
  }),
  ...executionCases({
    get: (path) => get(main, path),
    table: () => tableOf(engine.endpoint),
    eventId: () => eventId,
    issueId: '501',
  }),
  { operation: 'github-webhook', status: 200, ask: ping },
  {
    operation: 'bitbucket_server-webhook',
    status: 200,
    ask: () => deliverCommits(main, 'bitbucket_server', '{"test":true}'),
  },
  { operation: 'github-webhook', status: 400, ask: () => deliverCommits(main, 'github', 'payload=%7B%7D') },
  read('health', 200, () => '/health'),
  read('list-issues', 200, () => '/issues?project=API'),
  read('list-issues', 200, () => '/issues?project=api&limit=1&status=Open&fix_version=1.0&deleted=false'),
  read('list-issues', 400, () => '/issues'),
  read('list-issues', 400, () => '/issues?project=API&deleted=maybe'),
  read('list-issues', 400, () => '/issues?project=API&cursor=none'),
  read('get-issue', 200, () => '/issues/api-1'),
  read('get-issue', 200, () => '/issues/502'),
  read('get-issue', 404, () => '/issues/API-404'),
  read('list-issue-events', 200, () => '/issues/API-1/events?limit=1'),
  read('list-issue-events', 400, () => '/issues/API-1/events?limit=0'),
  read('list-issue-events', 404, () => '/issues/API-404/events'),
  read('list-issue-commits', 200, () => '/issues/API-1/commits'),
  read('list-issue-commits', 200, () => '/issues/502/commits?limit=1'),
  read('list-issue-commits', 400, () => '/issues/API-1/commits?limit=101'),
  read('list-issue-commits', 404, () => '/issues/API-404/commits'),
  read('list-stories-without-commits', 200, () => '/gaps/stories-without-commits'),
  read(
    'list-stories-without-commits',
    200,
    () => '/gaps/stories-without-commits?project=api&fix_version=1.0',
  ),
  read('list-stories-without-commits', 200, () => '/gaps/stories-without-commits?project=NONE'),
  read('list-stories-without-commits', 400, () => '/gaps/stories-without-commits?cursor=none'),
  read('list-commits-without-story', 200, () => '/gaps/commits-without-story?limit=1'),
  read('list-commits-without-story', 200, () => '/gaps/commits-without-story?repository=acme/api'),
  read('list-commits-without-story', 200, () => '/gaps/commits-without-story?since=2026-02-25'),
  read('list-commits-without-story', 400, () => '/gaps/commits-without-story?since=yesterday'),
  { ...read('list-events', 200, () => '/events?limit=3'), optional: '.problem.hint' },
  { ...read('list-events', 200, () => '/events?outcome=quarantined'), optional: '.problem.hint' },
  read('list-events', 200, () => '/events?event_type=push&source=github'),
  read('list-events', 200, () => `/events?connection=${SOME_CONNECTION}`),
  read('list-events', 400, () => '/events?date=2026-02-30'),
  read('list-events', 400, () => '/events?outcome=lost'),
  read('list-events', 400, () => '/events?connection=con_1'),
  read('get-event', 200, () => `/events/${eventId}`),
  read('get-event', 200, () => `/events/${quarantinedId}`),
  read('get-event', 404, () => `/events/${SOME_EVENT}`),
  read('get-body', 200, () => `/bodies/${eventId}`),
  read('get-body', 404, () => `/bodies/${SOME_EVENT}`),
  read('get-body', 413, () => `/bodies/${largeId}`),
  read('reconciliation', 200, () => '/reconciliation'),
  read('stats', 200, () => '/stats'),
  { ...read('stats', 200, () => '/stats?by=hour&hours=2'), optional: '.buckets' },
  read('stats', 400, () => '/stats?hours=none'),
  read('stats', 400, () => '/stats?by=day'),
  ...wrongMethods,
  ...unavailable,
];

type Taken = { status: number; mediaType: string; headers: Headers; body: unknown };

const take = async (response: Response): Promise<Taken> => {
  const { status, headers } = response;
  const mediaType = (headers.get('content-type') ?? '').split(';')[0] ?? '';
  const body: unknown = mediaType.endsWith('json') ? await response.json() : await response.text();
  return { status, mediaType, headers, body };
};

const errorsOf = (operation: string, { status, mediaType, headers, body }: Taken): string[] => [
  ...bodyErrors(operation, status, mediaType, body),
  ...headerErrors(operation, status, headers),
];

describe('docs/openapi.yaml', () => {
  it('has the routes of the server and no others, because a page that lists a guess misleads', () => {
    const served = ROUTES.map(({ name, method, path }) => `${method} ${path} ${name}`);
    expect(operations.map(({ method, path, operationId }) => `${method} ${path} ${operationId}`)).toEqual(
      served,
    );
  });

  it('lists the query parameters that the code knows, because another spelling of them is refused', () => {
    const documented = operations.map((operation) =>
      parametersOf(operation).flatMap((one) => (one.in === 'query' ? [one.name] : [])),
    );
    expect(documented).toEqual(ROUTES.map(({ parameters = [] }) => [...parameters]));
  });

  it('lists exactly the answers that the cases below provoke, because each is to be seen once', () => {
    const documented = operations.flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    );
    const provoked = new Set(CASES.map(({ operation, status }) => `${operation} ${status}`));
    expect([...provoked].sort()).toEqual(documented.sort());
  });

  it('lists the sources that an event may have, because a client asks for events by them', () => {
    expect(openapi.components.schemas.EventSource).toMatchObject({ enum: [...EVENT_SOURCES] });
  });

  it('carries the version of the package, because a client looks there', () => {
    expect(openapi.info.version).toBe(packageFile.version);
  });
});

const answers = new Map<Case, Promise<Taken>>();

/** The answer to a case, which is asked for once: two tests look at it. */
const answerOf = (one: Case): Promise<Taken> => {
  const answer = answers.get(one) ?? one.ask().then(take);
  answers.set(one, answer);
  return answer;
};

describe('a real answer', () => {
  it.each(CASES)('$operation $status keeps its schema, because clients are built on it', async (one) => {
    const taken = await answerOf(one);
    expect(taken.status, JSON.stringify(taken.body)).toBe(one.status);
    expect(errorsOf(one.operation, taken)).toEqual([]);
  });

  it.each(
    CASES.filter(({ operation, status }) => status !== 204 && `${operation} ${status}` !== 'get-body 200'),
  )('$operation $status with a property more or less fails, because the schema is closed', async (one) => {
    const { operation, optional } = one;
    const { status, mediaType, body } = await answerOf(one);
    const mutants = mutantsOf(body).filter(({ change }) => !change.endsWith(`${optional} removed`));
    const accepted = mutants.filter(
      (mutant) => bodyErrors(operation, status, mediaType, mutant.body).length === 0,
    );
    expect(mutants.length).toBeGreaterThan(2);
    expect(accepted.map(({ change }) => change)).toEqual([]);
  });

  it('has something in every field of a rich snapshot, because null would hide a wrong schema', async () => {
    // While the tests above kept this process at work, the server gave up idle connections: fetch has to see it first.
    await sleep(100);
    const { body } = await take(await get(main, '/issues/501'));
    const empty = Object.entries(z.record(z.string(), z.unknown()).parse(body))
      .filter(([, value]) => value === null || JSON.stringify(value) === '[]')
      .map(([name]) => name);
    expect(empty).toEqual(['truncated', 'deleted_at', 'superseded_by']);
  });

  it('lists something under every route of correlation, because an empty list hides a wrong schema', async () => {
    const items = async (path: string) =>
      z.object({ items: z.array(z.looseObject({})) }).parse(await (await get(main, path)).json()).items;
    expect(await items('/issues/API-1/commits')).toMatchObject([{ sha: 'a'.repeat(40), rule: 'message' }]);
    expect(await items('/gaps/stories-without-commits')).toMatchObject([{ issue_key: 'API-4' }]);
    expect(await items('/gaps/commits-without-story?repository=acme/api')).toMatchObject([
      { message_title: 'Tidy more', author_name: null, candidates: [] },
      { message_title: 'NONE-9 Tidy', author_name: 'Bo', candidates: ['NONE-9'] },
    ]);
  });

  it('to an unknown path is the documented 404, because the gateway sends such requests here', async () => {
    const taken = await take(await get(main, '/issues/a/b/c'));
    expect(taken.status).toBe(404);
    expect(errorsOf('get-issue', taken)).toEqual([]);
  });
});

describe('the samples', () => {
  const samples = readdirSync(FIXTURES).filter((file) => file.endsWith('.json'));

  it('are there, because a loop over nothing passes', () => {
    expect(samples.length).toBeGreaterThan(5);
  });

  it.each(samples)('%s leaves an event and a snapshot of the documented shape', async (sample) => {
    const accepted = await take(await deliver(main, readFileSync(join(FIXTURES, sample))));
    expect(errorsOf('jira-webhook', accepted)).toEqual([]);
    const event = await take(await get(main, `/events/${eventIdSchema.parse(accepted.body).event_id}`));
    expect(event.status).toBe(200);
    expect(errorsOf('get-event', event)).toEqual([]);
    const { issue_id } = z.object({ issue_id: z.string().nullable() }).parse(event.body);
    if (issue_id === null) return;
    expect(errorsOf('get-issue', await take(await get(main, `/issues/${issue_id}`)))).toEqual([]);
    expect(errorsOf('list-issue-events', await take(await get(main, `/issues/${issue_id}/events`)))).toEqual(
      [],
    );
  });
});

describe('the samples of commits', () => {
  it.each(COMMIT_FIXTURES)('%s leaves an event of the documented shape', async (name, source, event) => {
    const header = SENDERS[source].headers.event ?? '';
    const given = event === null ? {} : { event: { [header]: event } };
    const body = JSON.stringify(commitFixture(name));
    const accepted = await take(await deliverCommits(roomy, source, body, given));
    expect(errorsOf(`${source}-webhook`, accepted)).toEqual([]);
    const left = await take(await get(main, `/events/${eventIdSchema.parse(accepted.body).event_id}`));
    expect(left.status).toBe(200);
    expect(errorsOf('get-event', left)).toEqual([]);
    expect(left.body).toMatchObject({
      source,
      event_type: commitFixture(name).object_kind ?? event ?? 'commits',
      issue_id: null,
    });
  });
});

describe('an event in each state of its processing', () => {
  const large = JSON.stringify({
    repository: 'acme/api',
    commits: [
      {
        sha: 'd'.repeat(40),
        message: incompressible(600_000),
        author: 'Ada',
        committed_at: '2026-02-25T06:00Z',
      },
    ],
  });
  const waits = { status: 'pending', reason: null };
  const processing = z.looseObject({ status: z.string(), reason: z.string().nullable() });

  it('has the documented shape, because whoever looks for a parked one reads it', async () => {
    const app = await startApp({ endpoint: engine.endpoint, env: { ARTIFACTS_DIR: folder } });
    using correlation = startCorrelation(app);
    const answers = [
      await app.deliverCommits('commits', large),
      await app.deliverCommits('commits', COMMITS),
      await app.deliverCommits('github', '{"zen":"x"}', { event: 'ping' }),
    ];
    const ids = answers.map(({ body }) => String(body.event_id));
    const [parked = ''] = ids;
    await app.events.rawBodies.remove(parked, AbortSignal.timeout(10_000));
    const look = async (id: string) => {
      const { body } = await app.get(`/events/${id}`);
      expect(bodyErrors('get-event', 200, 'application/json', body)).toEqual([]);
      return processing.parse(body.processing);
    };
    expect(await Promise.all(ids.map(look))).toMatchObject([waits, waits, waits]);
    await correlation.run();
    expect(await Promise.all(ids.map(look))).toMatchObject([
      { status: 'failed', reason: 'its raw body is missing in the artifact store' },
      { status: 'processed', reason: null },
      { status: 'not_needed', reason: null },
    ]);
    const { body: stats } = await app.get('/stats');
    expect(bodyErrors('stats', 200, 'application/json', stats)).toEqual([]);
    expect(stats).toMatchObject({ unprocessed: 0, lag_seconds: 0, failed: 1 });
  });
});

describe('the documented body of POST /webhooks/commits', () => {
  const commit = { sha: 'e'.repeat(40), message: 'm', author: 'Ada', committed_at: '2026-02-25T06:00:00Z' };
  const small = { ...commit, sha: 'abcdef0', message: '' };
  const many = (count: number) => ({ repository: 'a', commits: Array.from({ length: count }, () => small) });
  const of = (change: object) => ({ repository: 'acme/api', commits: [{ ...commit, ...change }] });
  const request = { id: 7, title: 'API-1' };

  it.each([
    ['the sample', commitFixture('commits')],
    ['no commits', { repository: 'acme/api', commits: [] }],
    ['more than it knows', { ...of({ files: [] }), pusher: 'ada' }],
    ['an author with a name', of({ author: { name: 'Ada', email: null } })],
    ['an abbreviated sha', of({ sha: 'ABCDEF0' })],
    ['no seconds and a bare offset', of({ committed_at: '2026-02-25T06:00+0530' })],
    ['a time that is no instant', of({ committed_at: '1969-02-30T06:00:00+51:80' })],
    ['nulls', of({ branch: null, pull_request: null })],
    ['a pull request', of({ pull_request: { ...request, body: null, url: null } })],
    ['a pull request with a text id', of({ pull_request: { ...request, id: '!7' } })],
    ['2000 commits', many(2000)],
  ])('is taken with %s, because senders build on the page', async (_, body) => {
    expect(requestErrors('commits-webhook', body)).toEqual([]);
    const { status } = await deliverCommits(roomy, 'commits', JSON.stringify(body));
    expect([200, 202]).toContain(status);
  });

  it.each([
    ['a list', '[]'],
    ['no repository', '{"commits":[]}'],
    ['white space in the repository', '{"repository":"a b","commits":[]}'],
    ['# in the repository', '{"repository":"a#b","commits":[]}'],
    ['a long repository', JSON.stringify({ repository: 'a'.repeat(256), commits: [] })],
    ['no list', '{"repository":"a","commits":{}}'],
    ['2001 commits', JSON.stringify(many(2001))],
    ['an empty sha', JSON.stringify(of({ sha: '' }))],
    ['no message', JSON.stringify(of({ message: undefined }))],
    ['no author', JSON.stringify(of({ author: undefined }))],
    ['a nameless author', JSON.stringify(of({ author: { email: 'ada@example.com' } }))],
    ['no offset', JSON.stringify(of({ committed_at: '2026-02-25T06:00:00' }))],
    ['a number as the time', JSON.stringify(of({ committed_at: 1_772_000_000 }))],
    ['a branch that is no text', JSON.stringify(of({ branch: 1 }))],
    ['a pull request without a title', JSON.stringify(of({ pull_request: { id: 7 } }))],
    ['a fraction as an id', JSON.stringify(of({ pull_request: { ...request, id: 1.5 } }))],
    ['an empty id', JSON.stringify(of({ pull_request: { ...request, id: '' } }))],
    ['a url that is no text', JSON.stringify(of({ pull_request: { ...request, url: 1 } }))],
  ])('is refused with %s, because the page says so', async (_, body) => {
    expect(requestErrors('commits-webhook', JSON.parse(body))).not.toEqual([]);
    expect((await deliverCommits(roomy, 'commits', body)).status).toBe(422);
  });
});

describe('a documented range', () => {
  const ranges = operations.flatMap((operation) =>
    parametersOf(operation).flatMap(({ name, schema: { minimum, maximum } }) =>
      typeof minimum === 'number' && typeof maximum === 'number'
        ? [{ operation: operation.operationId, name, minimum, maximum }]
        : [],
    ),
  );

  it('is found for limit and hours, because a check of nothing passes', () => {
    expect([...new Set(ranges.map(({ name }) => name))]).toEqual(['limit', 'hours']);
  });

  it.each(ranges)(
    'of $operation $name is the real one, to the last number',
    async ({ operation, name, minimum, maximum }) => {
      const path = pathOf(operation);
      const ask = async (value: number) =>
        (await get(main, `${path}${path.includes('?') ? '&' : '?'}${name}=${value}`)).status;
      expect([await ask(minimum - 1), await ask(minimum)]).toEqual([400, 200]);
      expect([await ask(maximum), await ask(maximum + 1)]).toEqual([200, 400]);
    },
  );
});
