import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../src/contract/routes.ts';
import { rowsByTenant } from '../../support/tenant-rows.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from '../correlate/bodies.ts';
import { fillIn, startTenants, TARGETS, type TenantWorld, wordOf } from './world.ts';

const engine = useEngine();
let world: TenantWorld;

beforeAll(async () => {
  world = await startTenants(engine.endpoint);
}, 120_000);

afterAll(() => world.close());

const ask = async (target: string, headers: Record<string, string> = {}) => {
  const { status, bytes } = await world.app.download(target, headers);
  return { status, text: bytes.toString() };
};

/** One target of each route. */
const TARGET_OF_EACH = Object.values(TARGETS).flatMap((targets) => targets.slice(0, 1));

/** Without what differs from one request to the next. */
const lasting = ({ status, text }: { status: number; text: string }) => [
  status,
  text.replaceAll(/"(run_id|generated_at|received_at)":"[^"]*"|"(lag_seconds|oldest_due_seconds)":\d+/g, ''),
];

/** What every other tenant has. */
const rowsBeside = async (tenant: string) => {
  const { [tenant]: _, ...rest } = await rowsByTenant(world.app);
  return rest;
};

const HEADERS = Object.fromEntries(
  [
    'tenant',
    'x-tenant',
    'x-tenant-id',
    'x-amzn-tenant',
    'x-original-url',
    'x-rewrite-url',
    'x-forwarded-prefix',
  ].map((name) => [name, name.includes('url') || name.includes('prefix') ? '/t/b' : 'b']),
);

describe('a tenant forged by whoever may read another one', () => {
  it.each(TARGET_OF_EACH)('in the query or a header of %s is as if it were not there', async (target) => {
    for (const [prefix, tenant] of [
      ['', 'default'],
      ['/t/a', 'a'],
    ] as const) {
      const path = `${prefix}${fillIn(world, target, tenant)}`;
      const plain = lasting(await ask(path));
      const more = path.includes('?') ? '&' : '?';
      for (const query of ['tenant=b', 'tenant_id=b', 'tenantId=b', 'path=/t/b', 't=b'])
        expect(lasting(await ask(`${path}${more}${query}`))).toEqual(plain);
      expect(lasting(await ask(path, HEADERS))).toEqual(plain);
    }
  });

  it.each([
    '/t/%62',
    '/t/b%20',
    '/t/b%00',
    '/t/b;a',
    '/t/B',
    '/t/b.',
    '/t/./b',
    '/t/../t/b',
    '/t/',
    '/t//b',
    '/t/a/t/b',
    '/t/b/t/b',
    '/T/b',
    '//t/b',
    '/t/a,b',
    '/t/a%2Fb',
    '/t/a%2Db',
    '/t/*',
    '/t/$default',
    '/t/{tenant}',
    '/t/a%23b',
    `/t/${'b'.repeat(65)}`,
  ])('in a path that begins with %s is 404, because IAM would read another name in it', async (prefix) => {
    for (const target of TARGET_OF_EACH) {
      const { status, text } = await ask(`${prefix}${fillIn(world, target, 'b')}`);
      expect([status, text.includes(wordOf('b'))]).toEqual([404, false]);
    }
  });

  it('and that is nobody’s has nothing, as a new one would', async () => {
    for (const target of TARGET_OF_EACH) {
      const { text } = await ask(`/t/a-/${fillIn(world, target, 'a').slice(1)}`);
      for (const tenant of ['a', 'a-b', 'b', 'default'] as const) expect(text).not.toContain(wordOf(tenant));
    }
  });
});

describe('a tenant forged by a sender', () => {
  const body = (n: number, said: object): string =>
    JSON.stringify({ ...JSON.parse(issueBody(String(n), `FORGED-${n}`, 1)), ...said });

  it('in its body is 403, or nothing where it is another name, and changes no row of another one', async () => {
    const before = await rowsBeside('a');
    const { jira } = world.connected.a;
    const refused = await world.app.deliverTo(jira, body(101, { tenant_id: 'b' }));
    expect([refused.status, refused.body.type]).toEqual([403, expect.stringContaining('tenant-mismatch')]);
    for (const [n, said] of [
      { tenant: 'b' },
      { tenant_id: 'a' },
      { issue_tenant: 'b', tenants: ['b'] },
    ].entries()) {
      const { status, body: answer } = await world.app.deliverTo(jira, body(110 + n, said));
      expect([status, answer.tenant_id]).toEqual([202, 'a']);
    }
    expect(await rowsBeside('a')).toEqual(before);
  });

  it('in its query, a header or the built-in webhook’s body changes no row of another one', async () => {
    const before = await rowsBeside('a');
    const how = { query: 'tenant=b&tenant_id=b', headers: HEADERS };
    const { status, body: answer } = await world.app.deliverTo(world.connected.a.jira, body(120, {}), how);
    expect([status, answer.tenant_id]).toEqual([202, 'a']);
    expect(await rowsBeside('a')).toEqual(before);
    const others = await rowsBeside('default');
    expect((await world.app.deliver(body(121, { tenant_id: 'b' }))).status).toBe(202);
    expect(await rowsBeside('default')).toEqual(others);
  });

  it('in the path of a webhook is 404, because a sender’s address names none', async () => {
    const before = await rowsByTenant(world.app);
    const { jira } = world.connected.a;
    const paths = [`/webhooks/${jira.connection.connection_id}`, '/webhooks/jira', '/webhook/jira'];
    for (const path of paths.map((one) => `/t/b${one}`))
      expect((await world.app.deliverTo(jira, body(130, {}), { path })).status).toBe(404);
    expect(await rowsByTenant(world.app)).toEqual(before);
  });
});

describe('a tenant forged by whoever may change another one’s connections and subscriptions', () => {
  it('cannot be reached by an id or a body, and nothing of it changes', async () => {
    const before = await rowsBeside('a');
    const { connection_id } = world.connected.b.jira.connection;
    const [execution] = world.executions.b;
    const named = {
      '{connection_id}': connection_id,
      '{subscription_id}': execution?.subscription_id ?? '',
      '{execution_id}': execution?.execution_id ?? '',
    };
    const changing = ROUTES.filter(({ served_by, path }) => served_by === 'manage' && path.includes('{'));
    expect(changing.length).toBeGreaterThan(3);
    for (const { method, path } of changing) {
      if (method === 'GET') throw new Error('a route that changes nothing');
      const target = `/t/a${Object.entries(named).reduce((text, [name, id]) => text.replace(name, id), path)}`;
      expect(target).not.toContain('{');
      for (const body of [{}, { reason: 'x' }, { name: 'mine' }, { tenant_id: 'b' }]) {
        const { status } = await world.app.manage(method, target, { body, rev: 1 });
        expect([400, 404]).toContain(status);
      }
    }
    const forged = { kind: 'commits', auth: 'header', name: 'x', tenant_id: 'b' };
    const made = await world.app.manage('POST', '/t/a/connections?tenant=b', {
      body: forged,
      headers: HEADERS,
    });
    expect(made.status).toBe(400);
    expect(await rowsBeside('a')).toEqual(before);
  });
});
