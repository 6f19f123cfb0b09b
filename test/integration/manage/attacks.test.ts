import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Managed, startApp, type TestApp } from '../../support/app.ts';
import type { Connected } from '../../support/connected.ts';
import { useEngine } from '../../support/use-engine.ts';

const NOON = Date.parse('2026-11-22T19:00:00.000Z');
const HOUR = 3_600_000;
const SITE = 'https://acme.atlassian.net';

const engine = useEngine();
const time = { now: NOON };
let app: TestApp;

const start = (env: NodeJS.ProcessEnv = {}): Promise<TestApp> =>
  startApp({ endpoint: engine.endpoint, clock: () => time.now, env });

beforeAll(async () => {
  app = await start();
});

const newJira = { name: 'Our Jira', kind: 'jira', site_url: SITE };

type Made = Answer['body'];

const make = async (form: object = newJira, base = '', on: TestApp = app): Promise<Made> => {
  const { status, body } = await on.manage('POST', `${base}/connections`, { body: form });
  expect([status, body]).toEqual([201, body]);
  return body;
};

const typeOf = ({ status, body }: Answer) => [status, String(body.type).split(':').at(-1)];

/** Every way to touch one connection. */
const touches = (id: unknown, base: string, change: Managed = { rev: 1 }): Promise<Answer>[] => [
  app.get(`${base}/connections/${id}`),
  app.manage('PATCH', `${base}/connections/${id}`, { ...change, body: { name: 'theirs' } }),
  app.manage('POST', `${base}/connections/${id}/rotate`, { ...change, body: {} }),
  app.manage('POST', `${base}/connections/${id}/activate`, { ...change, body: {} }),
  app.manage('POST', `${base}/connections/${id}/disable`, { ...change, body: {} }),
  app.manage('DELETE', `${base}/connections/${id}`, change),
];

describe('a connection of another tenant', () => {
  it('is as unknown as any, by every route, and stays as it is', async () => {
    const made = await make(newJira, '/t/retail');
    expect(made.tenant_id).toBe('retail');
    const nobody = await Promise.all(touches('con_AAAAAAAAAAAAAAAAAAAAAA', ''));
    const plain = ({ status, body: { run_id: _, received_at: __, ...body } }: Answer) => ({ status, body });
    for (const base of ['', '/t/other', '/t/default'])
      expect((await Promise.all(touches(made.connection_id, base))).map(plain)).toEqual(nobody.map(plain));
    const { body } = await app.get(`/t/retail/connections/${made.connection_id}`);
    expect(body).toMatchObject({ rev: 1, name: 'Our Jira', status: 'active' });
  });

  it('is in no list but its own tenant’s', async () => {
    const { connection_id } = await make(newJira, '/t/listed');
    const idsOf = async (base: string) => JSON.stringify((await app.get(`${base}/connections`)).body);
    expect(await idsOf('/t/listed')).toContain(String(connection_id));
    for (const base of ['', '/t/retail', '/t/default', '/t/list'])
      expect(await idsOf(base)).not.toContain(String(connection_id));
  });

  it('is not made by a tenant in query, header or body, because the path alone says whose it is', async () => {
    const asked = await app.manage('POST', '/connections?tenant=retail&tenant_id=retail', {
      body: newJira,
      headers: { 'x-tenant': 'retail', tenant_id: 'retail' },
    });
    expect([asked.status, asked.body.tenant_id]).toEqual([201, 'default']);
    const forged = await app.manage('POST', '/connections', { body: { ...newJira, tenant_id: 'retail' } });
    expect(typeOf(forged)).toEqual([400, 'bad-request']);
    expect(forged.body.errors).toMatchObject([{ path: 'tenant_id' }]);
    const same = await app.manage('POST', '/t/retail/connections', {
      body: { ...newJira, tenant_id: 'retail' },
    });
    expect(same.status).toBe(201);
  });
});

describe('the site of a tenant', () => {
  const other = { ...newJira, site_url: 'https://other.atlassian.net' };

  it('is that of its first connection of a kind with issues, and no other one', async () => {
    await make({ name: 'x', kind: 'github' }, '/t/sited');
    const bare = await app.manage('POST', '/t/sited/connections', { body: { name: 'x', kind: 'jira' } });
    expect(bare.body.errors).toMatchObject([
      { path: 'site_url', message: expect.stringContaining('required') },
    ]);
    await make(newJira, '/t/sited');
    const refused = await app.manage('POST', '/t/sited/connections', { body: other });
    expect(typeOf(refused)).toEqual([409, 'other-site']);
    expect(refused.body.detail).toBe(
      `The site of tenant sited is ${SITE}: leave site_url out, or use another tenant for ${other.site_url}.`,
    );
    const next = { name: 'y', kind: 'automation' };
    expect((await make(next, '/t/sited')).site_url).toBe(SITE);
    expect((await make({ ...next, site_url: `${SITE}/` }, '/t/sited')).site_url).toBe(SITE);
  });

  it('is one, when two first connections name two at the same time', async () => {
    const answers = await Promise.all(
      [newJira, other, newJira, other].map((body) => app.manage('POST', '/t/raced/connections', { body })),
    );
    const { connections } = (await app.get('/t/raced/connections')).body;
    const sites = (connections as Made[]).map(({ site_url }) => site_url);
    expect(new Set(sites).size).toBe(1);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(sites.length);
    expect(answers.filter(({ status }) => status !== 201).map(typeOf)).toEqual(
      Array.from({ length: 4 - sites.length }, () => [409, 'other-site']),
    );
  });

  it('is not changed by a change, nor taken away', async () => {
    const { connection_id } = await make();
    const change = (site_url: string | null) =>
      app.manage('PATCH', `/connections/${connection_id}`, { body: { site_url }, rev: 1 });
    expect(typeOf(await change(other.site_url))).toEqual([409, 'other-site']);
    expect(typeOf(await change(null))).toEqual([400, 'bad-request']);
  });

  it('is JIRA_SITE_URL for the built-in tenant, and for no other', async () => {
    const sited = await start({ JIRA_SITE_URL: `${SITE}/` });
    expect((await make({ name: 'x', kind: 'jira' }, '', sited)).site_url).toBe(SITE);
    expect(typeOf(await sited.manage('POST', '/connections', { body: other }))).toEqual([409, 'other-site']);
    expect((await make(other, '/t/retail', sited)).site_url).toBe(other.site_url);
  });
});

describe('If-Match', () => {
  it.each(['W/"1"', '*', '"1", "2"', '1,1', '01', '1.0', '-1', '0', '"1', 'one', '1e0', '99999999999999999'])(
    'is refused as %s, because it names no one revision that was read',
    async (rev) => {
      const { connection_id } = await make();
      const answers = await Promise.all(touches(connection_id, '', { rev }).slice(1));
      expect(answers.map(typeOf)).toEqual(answers.map(() => [400, 'bad-request']));
      expect(answers[0]?.body.detail).toContain('If-Match');
      expect((await app.get(`/connections/${connection_id}`)).body.rev).toBe(1);
    },
  );

  it.each([{}, { rev: '' }, { rev: ' ' }])('is required: %j', async (change) => {
    const { connection_id } = await make();
    const answers = await Promise.all(touches(connection_id, '', change).slice(1, -1));
    expect(answers.map(typeOf)).toEqual(answers.map(() => [428, 'revision-required']));
  });

  it('may be left out where all is taken away', async () => {
    const { connection_id } = await make();
    expect((await app.manage('DELETE', `/connections/${connection_id}`)).status).toBe(204);
  });

  it('of a revision to come is as stale as one that was', async () => {
    const { connection_id } = await make();
    const answers = await Promise.all(touches(connection_id, '', { rev: 2 }).slice(1));
    expect(answers.map(typeOf)).toEqual(answers.map(() => [409, 'stale-revision']));
  });
});

const issueBody = (n: number): string =>
  JSON.stringify({
    timestamp: NOON + n,
    webhookEvent: 'jira:issue_updated',
    issue: {
      ...{ id: String(n), key: `A-${n}`, self: `${SITE}/rest/api/2/issue/${n}` },
      fields: { updated: '2026-03-01T00:00:00.000+0000' },
    },
  });

let bodies = 0;

/** Delivers a new issue with this secret, as the connection's sender would. */
const deliver = (made: Made, secret: unknown): Promise<Answer> => {
  bodies += 1;
  // Of the connection, what sends for it looks at what is shown of it.
  const connected = { connection: made, secret: String(secret) } as unknown as Connected;
  return app.deliverTo(connected, issueBody(bodies));
};

describe('a secret', () => {
  it.each(['signature', 'header', 'url'])('of auth %s verifies deliveries at once', async (auth) => {
    const made = await make({ ...newJira, auth });
    expect((await deliver(made, made.secret)).status).toBe(202);
    expect((await deliver(made, 'another')).status).toBe(401);
  });

  it('that was rotated verifies at once, and the one before until its time is over', async () => {
    const made = await make({ ...newJira, auth: 'header' });
    await deliver(made, made.secret);
    const rotate = { body: { grace_hours: 1 }, rev: 1 };
    const { body } = await app.manage('POST', `/connections/${made.connection_id}/rotate`, rotate);
    time.now += 2_000;
    expect((await deliver(made, body.secret)).status).toBe(202);
    expect((await deliver(made, made.secret)).status).toBe(202);
    time.now += HOUR;
    expect((await deliver(made, body.secret)).status).toBe(202);
    expect((await deliver(made, made.secret)).status).toBe(401);
  });

  it('that leaked stops within 30 s of a rotation without grace', async () => {
    const made = await make({ ...newJira, auth: 'header' });
    await deliver(made, made.secret);
    const rotate = { body: { grace_hours: 0 }, rev: 1 };
    await app.manage('POST', `/connections/${made.connection_id}/rotate`, rotate);
    time.now += 30_000;
    expect((await deliver(made, made.secret)).status).toBe(401);
  });

  it('of somebody else is taken in, never shown, and signs', async () => {
    const made = await make({ ...newJira, imported: 'the key of somebody else' });
    expect(made.secret).toBeNull();
    expect((await deliver(made, 'the key of somebody else')).status).toBe(202);
    const brought = { body: { imported: 'their next key' }, rev: 1 };
    const { body } = await app.manage('POST', `/connections/${made.connection_id}/rotate`, brought);
    expect(body.secret).toBeNull();
    time.now += 2_000;
    expect((await deliver(made, 'their next key')).status).toBe(202);
  });

  it('of somebody else is for signatures only', async () => {
    const made = await make({ ...newJira, auth: 'header' });
    const brought = { body: { imported: 'their next key' }, rev: 1 };
    const { body } = await app.manage('POST', `/connections/${made.connection_id}/rotate`, brought);
    expect(body.errors).toMatchObject([{ path: 'imported' }]);
  });

  it('in base64 stays in base64 when it is rotated, because its sender takes no other', async () => {
    const made = await make({ ...newJira, secret_encoding: 'base64' });
    expect(made.secret).toMatch(/^[A-Za-z0-9+/]{43}=$/);
    const rotate = { body: {}, rev: 1 };
    const { body } = await app.manage('POST', `/connections/${made.connection_id}/rotate`, rotate);
    expect(body.secret).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  it('that is derived needs a master, and one of another kind does not', async () => {
    const bare = await start({ CONNECTIONS_MASTERS: '{}' });
    const refused = await bare.manage('POST', '/connections', { body: newJira });
    expect(typeOf(refused)).toEqual([409, 'no-master']);
    expect(refused.body.detail).toContain('npm run connections -- init');
    expect((await bare.get('/connections')).body.connections).toEqual([]);
    await make({ ...newJira, auth: 'header' }, '', bare);
  });

  it('is in no line of the log', async () => {
    const made = await make({ ...newJira, auth: 'url', imported: undefined });
    await deliver(made, made.secret);
    expect(app.lines.length).toBeGreaterThan(0);
    expect(JSON.stringify(app.lines)).not.toContain(String(made.secret));
    expect(JSON.stringify(app.lines)).not.toMatch(/somebody else|their next key/);
  });
});

describe('a repeated request', () => {
  it('whose answer got lost makes another connection, and the one nobody knows can be taken away', async () => {
    const before = ((await app.get('/t/lost/connections')).body.connections as Made[]).length;
    const lost = await make(newJira, '/t/lost');
    await make(newJira, '/t/lost');
    const removed = await app.manage('DELETE', `/t/lost/connections/${lost.connection_id}`, { rev: 1 });
    expect(removed.status).toBe(204);
    expect((await app.get('/t/lost/connections')).body.connections).toHaveLength(before + 1);
  });

  it('to rotate ends nothing, because its revision is stale then', async () => {
    const made = await make();
    const rotate = { body: {}, rev: 1 };
    const path = `/connections/${made.connection_id}/rotate`;
    const answers = await Promise.all([app.manage('POST', path, rotate), app.manage('POST', path, rotate)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    const { body } = await app.get(`/connections/${made.connection_id}`);
    expect(body.secret).toMatchObject({ version: 2 });
  });
});

describe('an id', () => {
  it.each([
    'con_',
    'con_AAAAAAAAAAAAAAAAAAAAAAA',
    'evt_1',
    '%00',
    'con_AAAAAAAAAAAAAAAAAAAAA%23',
    '__proto__',
  ])('of another form is as unknown as any: %s', async (id) => {
    const answers = await Promise.all(touches(id, ''));
    expect(answers.map(typeOf)).toEqual(answers.map(() => [404, 'not-found']));
  });
});
