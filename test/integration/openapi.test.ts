import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import packageFile from '../../package.json' with { type: 'json' };
import { readEnv } from '../../src/contract/env.ts';
import { ROUTES } from '../../src/http/routes.ts';
import { type Instance, startInstance } from '../../src/local/run-instance.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { SECRET, sign } from '../support/app.ts';
import { startTestEngine } from '../support/engine.ts';
import { mutantsOf } from '../support/mutants.ts';
import { bodyErrors, headerErrors, openapi, operations, parametersOf } from '../support/openapi.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures/deliveries');
const MAX_BODY_BYTES = 100_000;
/** Has the form of an event id, and no event. */
const SOME_EVENT = `evt_${'0'.repeat(40)}`;

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

const folder = mkdtempSync(join(tmpdir(), 'openapi-'));
const cleanUp: (() => Promise<void>)[] = [];
let main: Instance;
let guarded: Instance;
let broken: Instance;

const start = async (env: NodeJS.ProcessEnv): Promise<Instance> => {
  const parsed = readEnv({ PORT: '0', JIRA_WEBHOOK_SECRET: SECRET, ARTIFACTS_DIR: folder, ...env });
  const instance = await startInstance({ env: parsed, log: createLogger(parsed, { write: () => {} }) });
  cleanUp.push(instance.stop);
  return instance;
};

const get = (instance: Instance, path: string) => fetch(`${instance.url}${path}`);

const deliver = (instance: Instance, body: string | Buffer, signature = sign(body)) =>
  fetch(`${instance.url}/webhooks/jira`, {
    method: 'POST',
    body: new Uint8Array(Buffer.from(body)),
    headers: { 'X-Hub-Signature': signature },
  });

/** Two instances over one engine, and one whose engine is gone by now. */
const startAll = async (): Promise<void> => {
  const engine = await startTestEngine();
  const other = await startTestEngine();
  cleanUp.push(engine.stop);
  const AWS_ENDPOINT_URL_DYNAMODB = engine.endpoint;
  main = await start({ AWS_ENDPOINT_URL_DYNAMODB, MAX_BODY_BYTES: String(MAX_BODY_BYTES) });
  guarded = await start({ AWS_ENDPOINT_URL_DYNAMODB, ALLOWED_CIDRS: '192.0.2.0/24' });
  broken = await start({ AWS_ENDPOINT_URL_DYNAMODB: other.endpoint });
  await other.stop();
};

const eventIdSchema = z.object({ event_id: z.string() });
let eventId = '';
let quarantinedId = '';

beforeAll(async () => {
  await startAll();
  for (const body of [RICH, DELETED_ONLY, RICH.replaceAll('API-1', 'API-4').replace('"501"', '"504"')])
    expect((await deliver(main, body)).status).toBe(202);
  eventId = eventIdSchema.parse(await (await deliver(main, RICH)).json()).event_id;
  quarantinedId = eventIdSchema.parse(await (await deliver(main, NO_WEBHOOK)).json()).event_id;
});

afterAll(async () => {
  for (const stop of cleanUp.reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

type Case = { operation: string; status: number; ask: () => Promise<Response> };

const PATHS: Record<string, string> = {
  'jira-webhook': '/webhooks/jira',
  health: '/health',
  'list-issues': '/issues?project=API',
  'get-issue': '/issues/API-1',
  'list-issue-events': '/issues/501/events',
  'list-events': '/events',
  'get-event': `/events/${SOME_EVENT}`,
  stats: '/stats',
};

const pathOf = (operation: string): string => PATHS[operation] ?? '/missing';

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

const write = (status: number, ask: () => Promise<Response>): Case => ({
  operation: 'jira-webhook',
  status,
  ask,
});

const CASES: Case[] = [
  write(200, () => deliver(main, RICH)),
  write(202, () => deliver(main, OLDER)),
  write(202, () => deliver(main, '{"webhookEvent":"sprint_started"}')),
  write(400, () => deliver(main, '')),
  write(400, () => deliver(main, '{')),
  write(401, () => deliver(main, RICH, 'sha256=00')),
  write(403, () => deliver(guarded, RICH, 'sha256=00')),
  write(413, () => deliver(main, 'x'.repeat(MAX_BODY_BYTES + 1))),
  write(422, () => deliver(main, NO_WEBHOOK)),
  write(503, () => deliver(guarded, RICH)),
  write(503, () => deliver(broken, RICH)),
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
  read('list-events', 200, () => '/events?limit=3'),
  read('list-events', 200, () => '/events?outcome=quarantined'),
  read('list-events', 400, () => '/events?date=2026-02-30'),
  read('list-events', 400, () => '/events?outcome=lost'),
  read('get-event', 200, () => `/events/${eventId}`),
  read('get-event', 200, () => `/events/${quarantinedId}`),
  read('get-event', 404, () => `/events/${SOME_EVENT}`),
  read('stats', 200, () => '/stats'),
  read('stats', 400, () => '/stats?hours=none'),
  ...wrongMethods,
  ...unavailable,
];

type Taken = { status: number; mediaType: string; headers: Headers; body: unknown };

const take = async (response: Response): Promise<Taken> => ({
  status: response.status,
  mediaType: (response.headers.get('content-type') ?? '').split(';')[0] ?? '',
  headers: response.headers,
  body: await response.json(),
});

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

  it('lists exactly the answers that the cases below provoke, because each is to be seen once', () => {
    const documented = operations.flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    );
    const provoked = new Set(CASES.map(({ operation, status }) => `${operation} ${status}`));
    expect([...provoked].sort()).toEqual(documented.sort());
  });

  it('carries the version of the package, because a client looks there', () => {
    expect(openapi.info.version).toBe(packageFile.version);
  });
});

describe('a real answer', () => {
  it.each(CASES)('$operation $status keeps its schema, because clients are built on it', async (one) => {
    const taken = await take(await one.ask());
    expect(taken.status, JSON.stringify(taken.body)).toBe(one.status);
    expect(errorsOf(one.operation, taken)).toEqual([]);
  });

  it.each(CASES)(
    '$operation $status with a property more or less fails, because the schema is closed',
    async ({ operation, ask }) => {
      const { status, mediaType, body } = await take(await ask());
      const mutants = mutantsOf(body);
      const accepted = mutants.filter(
        (mutant) => bodyErrors(operation, status, mediaType, mutant.body).length === 0,
      );
      expect(mutants.length).toBeGreaterThan(2);
      expect(accepted.map(({ change }) => change)).toEqual([]);
    },
  );

  it('has something in every field of a rich snapshot, because null would hide a wrong schema', async () => {
    const { body } = await take(await get(main, '/issues/501'));
    const empty = Object.entries(z.record(z.string(), z.unknown()).parse(body))
      .filter(([, value]) => value === null || JSON.stringify(value) === '[]')
      .map(([name]) => name);
    expect(empty).toEqual(['truncated', 'deleted_at']);
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
