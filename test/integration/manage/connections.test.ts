import { beforeAll, describe, expect, it } from 'vitest';
import { type Answer, APP_URL, type Managed, startApp, type TestApp } from '../../support/app.ts';
import { useEngine } from '../../support/use-engine.ts';

const NOON = Date.parse('2026-11-22T19:00:00.000Z');
const HOUR = 3_600_000;

const engine = useEngine();
const time = { now: NOON };
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint, clock: () => time.now });
});

const SITE = 'https://acme.atlassian.net';

const newJira = { name: 'Our Jira', kind: 'jira', site_url: SITE };

const make = async (form: object = newJira, base = ''): Promise<Record<string, unknown>> => {
  const { status, body } = await app.manage('POST', `${base}/connections`, { body: form });
  expect([status, body]).toEqual([201, body]);
  return body;
};

/** The row, as it is shown. */
const shown = async (id: unknown, base = ''): Promise<Record<string, unknown>> =>
  (await app.get(`${base}/connections/${id}`)).body;

const change = (id: unknown, body: object, rev: number | string = 1): Promise<Answer> =>
  app.manage('PATCH', `/connections/${id}`, { body, rev });

const ask = (id: unknown, what: string, { body = {}, rev = 1 }: Managed = {}): Promise<Answer> =>
  app.manage('POST', `/connections/${id}/${what}`, { body, rev });

const typeOf = ({ status, body }: Answer) => [status, String(body.type).split(':').at(-1)];

describe('a new connection', () => {
  it('is answered with its row, and once with secret and URL', async () => {
    const { secret, url, ...row } = await make();
    expect(secret).toMatch(/^[0-9a-f]{64}$/);
    expect(url).toBe(`${APP_URL}/webhooks/${row.connection_id}`);
    expect(row).toEqual({
      connection_id: expect.stringMatching(/^con_[A-Za-z0-9_-]{22}$/),
      tenant_id: 'default',
      name: 'Our Jira',
      kind: 'jira',
      auth: 'signature',
      header_name: null,
      status: 'active',
      status_reason: null,
      status_at: '2026-11-22T19:00:00.000Z',
      site_url: SITE,
      site_hosts: [],
      project_keys: [],
      allowed_cidrs: [],
      user_agent_prefix: null,
      rate: null,
      default_event_type: null,
      last_received_at: null,
      last_refused_at: null,
      rev: 1,
      created_at: '2026-11-22T19:00:00.000Z',
      updated_at: '2026-11-22T19:00:00.000Z',
      updated_by: 'local',
    });
    expect(await shown(row.connection_id)).toEqual({
      ...row,
      secret: { version: 1, previous_until: null, last_used_at: null },
    });
  });

  it('is listed, and nothing of its secret ever is', async () => {
    const { connection_id, secret } = await make({ ...newJira, auth: 'header' });
    const { body } = await app.get('/connections');
    expect(body.connections).toContainEqual(await shown(connection_id));
    expect(JSON.stringify(body)).not.toContain(String(secret));
    expect(JSON.stringify(body)).not.toMatch(/sha256|sealed|master|digest/);
  });

  it.each([
    ['jira', 'signature', null],
    ['automation', 'header', 'X-Webhook-Secret'],
    ['gitlab', 'header', 'X-Gitlab-Token'],
    ['github', 'signature', null],
    ['bitbucket', 'signature', null],
    ['bitbucket_server', 'signature', null],
    ['commits', 'signature', null],
  ])(
    'of kind %s has auth %s with header %s, unless it is told otherwise',
    async (kind, auth, header_name) => {
      const site = ['jira', 'automation'].includes(kind) ? { site_url: SITE } : {};
      expect(await make({ name: 'x', kind, ...site })).toMatchObject({ auth, header_name });
    },
  );

  it('may begin as a draft, because its sender is set up first', async () => {
    expect(await make({ ...newJira, status: 'draft' })).toMatchObject({ status: 'draft' });
  });
});

describe('a change', () => {
  it('replaces what it names, raises the revision and leaves the rest', async () => {
    const { connection_id, secret: _, url: __, ...row } = await make({ ...newJira, project_keys: ['OPS'] });
    time.now += HOUR;
    const changes = { name: 'New', rate: { per_minute: 60 }, allowed_cidrs: ['192.0.2.0/24'] };
    const { status, body } = await change(connection_id, changes);
    expect(status).toBe(200);
    expect(body).toEqual({
      ...row,
      ...changes,
      connection_id,
      secret: { version: 1, previous_until: null, last_used_at: null },
      rev: 2,
      updated_at: new Date(time.now).toISOString(),
    });
    expect(await shown(connection_id)).toEqual(body);
  });

  it('needs a revision, and the newest one', async () => {
    const { connection_id } = await make();
    const bare = await app.manage('PATCH', `/connections/${connection_id}`, { body: { name: 'x' } });
    expect(typeOf(bare)).toEqual([428, 'revision-required']);
    expect((await change(connection_id, { name: 'x' })).status).toBe(200);
    expect(typeOf(await change(connection_id, { name: 'y' }))).toEqual([409, 'stale-revision']);
    expect((await change(connection_id, { name: 'y' }, '"2"')).status).toBe(200);
    expect(await shown(connection_id)).toMatchObject({ name: 'y', rev: 3 });
  });

  it('wins once, when several come at the same time with one revision', async () => {
    const { connection_id } = await make();
    const answers = await Promise.all([1, 2, 3, 4].map((n) => change(connection_id, { name: `name ${n}` })));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
    const won = answers.find(({ status }) => status === 200)?.body.name;
    expect(await shown(connection_id)).toMatchObject({ name: won, rev: 2 });
  });
});

describe('a rotation', () => {
  it('answers a new secret once, and says until when the old one verifies', async () => {
    const { connection_id, secret } = await make();
    const { status, body } = await ask(connection_id, 'rotate');
    expect(status).toBe(200);
    expect(body.secret).toMatch(/^[0-9a-f]{64}$/);
    expect(body.secret).not.toBe(secret);
    expect(body.url).toBe(`${APP_URL}/webhooks/${connection_id}`);
    expect(await shown(connection_id)).toMatchObject({
      rev: 2,
      secret: { version: 2, previous_until: new Date(time.now + 24 * HOUR).toISOString() },
    });
  });

  it('is refused while another is under way, unless it is forced', async () => {
    const { connection_id } = await make();
    await ask(connection_id, 'rotate', { body: { grace_hours: 2 } });
    const refused = await ask(connection_id, 'rotate', { rev: 2 });
    expect(typeOf(refused)).toEqual([409, 'rotation-under-way']);
    expect((await shown(connection_id)).rev).toBe(2);
    const forced = await ask(connection_id, 'rotate', { body: { force: true, grace_hours: 0 }, rev: 2 });
    expect(forced.status).toBe(200);
    expect((await shown(connection_id)).secret).toMatchObject({ version: 3, previous_until: null });
    time.now += 2 * HOUR;
    expect((await ask(connection_id, 'rotate', { rev: 3 })).status).toBe(200);
  });
});

describe('the status', () => {
  it('is disabled with a reason, and activated again', async () => {
    const { connection_id } = await make();
    const disabled = await ask(connection_id, 'disable', { body: { reason: 'too loud' } });
    expect(disabled.body).toMatchObject({ status: 'disabled', status_reason: 'too loud', rev: 2 });
    const active = await ask(connection_id, 'activate', { rev: 2 });
    expect(active.body).toMatchObject({ status: 'active', status_reason: null, rev: 3 });
  });
});

describe('a removal', () => {
  it('makes the id as unknown as any', async () => {
    const { connection_id } = await make();
    const { status, body } = await app.manage('DELETE', `/connections/${connection_id}`, { rev: 1 });
    expect([status, body]).toEqual([204, {}]);
    expect((await app.get(`/connections/${connection_id}`)).status).toBe(404);
    expect((await change(connection_id, { name: 'x' })).status).toBe(404);
    expect(JSON.stringify((await app.get('/connections')).body)).not.toContain(String(connection_id));
  });
});

describe('the audit trail', () => {
  it('has each change with who, what and the revision, and nothing secret', async () => {
    const { connection_id, secret } = await make({ ...newJira, imported: 'key of somebody else' });
    const later = () => {
      time.now += 1;
    };
    later();
    await change(connection_id, { name: 'seen' });
    later();
    const rotated = await ask(connection_id, 'rotate', { rev: 2 });
    later();
    await ask(connection_id, 'disable', { body: { reason: 'over' }, rev: 3 });
    later();
    await ask(connection_id, 'activate', { rev: 4 });
    later();
    await app.manage('DELETE', `/connections/${connection_id}`, { rev: 5 });
    const day = new Date(time.now - 7 * HOUR).toISOString().slice(0, 10);
    const { body } = await app.get(`/events?source=admin&date=${day}&connection=${connection_id}&limit=100`);
    const events = (body.events as Record<string, unknown>[]).toReversed();
    const stored = await Promise.all(events.map(({ event_id }) => app.download(`/bodies/${event_id}`)));
    const said = stored.map(({ bytes }) => JSON.parse(bytes.toString()));
    expect(
      said.map(({ who, what, rev, before, after }) => [who, what, rev, before?.name, after?.name]),
    ).toEqual([
      ['local', 'connection-created', 1, undefined, 'Our Jira'],
      ['local', 'connection-changed', 2, 'Our Jira', 'seen'],
      ['local', 'connection-rotated', 3, 'seen', 'seen'],
      ['local', 'connection-disabled', 4, 'seen', 'seen'],
      ['local', 'connection-activated', 5, 'seen', 'seen'],
      ['local', 'connection-removed', 6, 'seen', undefined],
    ]);
    expect(events.map(({ event_type }) => event_type)).toEqual(said.map(({ what }) => what));
    expect(secret).toBeNull();
    for (const hidden of [String(rotated.body.secret), 'somebody else', 'sealed', 'sha256', 'derived'])
      expect(JSON.stringify(said)).not.toContain(hidden);
  });
});
