import { beforeEach, describe, expect, it } from 'vitest';
import { connectionEventId, executionId, sha256Hex } from '../../../src/domain/event-id.ts';
import { getConnection } from '../../../src/store/connections/connection-row.ts';
import { sign, startApp, type TestApp } from '../../support/app.ts';
import { change, connect, remove } from '../../support/connected.ts';
import { useEngine } from '../../support/use-engine.ts';
import { commit, commitsBody, issueBody } from '../correlate/bodies.ts';

const engine = useEngine();
let app: TestApp;
let nowMs: number;
beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 22, 19, 0, 0);
  app = await startApp({ endpoint: engine.endpoint, clock: () => nowMs });
});

const BODY = issueBody('1', 'ABC-1', 1);
const UNKNOWN = 'con_0000000000000000000000';

const lastLine = () => app.lines.at(-1) ?? {};
const storedEvent = (id: unknown) => app.get(`/t/retail/events/${id}`);
const rowOf = (id: string) =>
  getConnection({ table: app.events.table, signal: AbortSignal.timeout(10_000) }, id);

describe('a delivery through a connection', () => {
  it.each([
    ['signature', 'jira'],
    ['header', 'jira'],
    ['url', 'jira'],
    ['header', 'gitlab'],
  ] as const)('is taken by %s of kind %s as an event of its tenant', async (auth, kind) => {
    const connected = await connect(app.events, { auth, kind });
    const { connection_id } = connected.connection;
    const body = kind === 'jira' ? BODY : '{"object_kind":"push","project":{"path_with_namespace":"a/b"}}';
    const { status, body: answer } = await app.deliverTo(connected, body);
    expect([status, answer.tenant_id, answer.connection_id]).toEqual([202, 'retail', connection_id]);
    const event = await storedEvent(answer.event_id);
    expect(event.body).toMatchObject({ connection_id, source: kind });
    expect((await app.get(`/events/${answer.event_id}`)).status).toBe(404);
  });

  it('answers what becomes of it, the same for a duplicate', async () => {
    const connected = await connect(app.events);
    const first = await app.deliverTo(connected, BODY);
    const event_id = connectionEventId(connected.connection, sha256Hex(BODY), '');
    expect(first.body).toEqual({
      status: 'accepted',
      outcome: 'applied',
      event_id,
      idempotency_key: sha256Hex(BODY),
      issue_key: 'ABC-1',
      run_id: expect.stringMatching(/^[0-9A-Z]{26}$/),
      received_at: '2026-11-22T12:00:00.000-07:00',
      connection_id: connected.connection.connection_id,
      tenant_id: 'retail',
      warnings: [],
      execution_id: executionId(event_id),
    });
    const again = await app.deliverTo(connected, BODY);
    expect(again.status).toBe(200);
    expect(again.body).toEqual({
      ...first.body,
      status: 'duplicate',
      outcome: 'duplicate',
      run_id: again.body.run_id,
    });
  });

  it('shows how long it took and what was sent beside it, and never its credential', async () => {
    const connected = await connect(app.events, { auth: 'header', header_name: 'User-Agent' });
    const other = await connect(app.events, { auth: 'header' });
    const headers = { 'content-type': 'application/json', 'X-Atlassian-Webhook-Identifier': 'd-1' };
    const ids = [];
    for (const one of [connected, other]) {
      const { body } = await app.deliverTo(one, BODY, { headers });
      ids.push(body.event_id);
      const { body: event } = await storedEvent(body.event_id);
      expect(event).toMatchObject({
        idempotency_key: 'd-1',
        duration_ms: expect.any(Number),
        headers: { 'content-type': 'application/json', 'x-atlassian-webhook-identifier': 'd-1' },
      });
      expect(JSON.stringify(event)).not.toContain(one.secret);
    }
    expect(new Set(ids).size).toBe(2);
    expect(JSON.stringify(app.lines)).not.toContain(connected.secret);
  });

  it('is an event apart from the same bytes of a built-in source, whose answer says nothing more', async () => {
    const connected = await connect(app.events, { tenant_id: 'default' });
    const through = await app.deliverTo(connected, BODY);
    const builtIn = await app.deliver(BODY);
    expect([through.status, builtIn.status]).toEqual([202, 202]);
    expect(builtIn.body.event_id).not.toBe(through.body.event_id);
    expect(Object.keys(builtIn.body)).not.toContain('connection_id');
    expect((await app.get(`/events/${builtIn.body.event_id}`)).body.connection_id).toBeNull();
  });

  it('is taken at the path of earlier receivers as well, and Jira at its own', async () => {
    const connected = await connect(app.events);
    const path = `/webhook/agents/${connected.connection.connection_id}/webhook`;
    expect((await app.deliverTo(connected, BODY, { path })).status).toBe(202);
    expect((await app.deliverTo(connected, BODY)).body.outcome).toBe('duplicate');
    const headers = { 'X-Hub-Signature': sign(BODY) };
    const earlier = await app.deliverTo(connected, BODY, { path: '/webhook/jira', secret: null, headers });
    expect(earlier.body).toMatchObject({ outcome: 'applied', issue_key: 'ABC-1' });
    expect((await app.deliver(BODY)).body).toMatchObject({
      outcome: 'duplicate',
      event_id: earlier.body.event_id,
    });
  });

  it('of commits is told apart by its kind, because the connection decides it and no header', async () => {
    const connected = await connect(app.events, { kind: 'commits' });
    const { status, body } = await app.deliverTo(connected, commitsBody(commit(1, 'ABC-1')));
    expect([status, body.outcome]).toEqual([202, 'recorded']);
  });
});

describe('what a connection does not take', () => {
  it.each([UNKNOWN, 'con_short', 'gitea', `${UNKNOWN}0`])(
    'is 404 at /webhooks/%s, as any unknown path',
    async (id) => {
      const connected = await connect(app.events);
      for (const method of ['POST', 'GET'] as const) {
        const answer = await app.deliverTo(connected, BODY, { path: `/webhooks/${id}`, method });
        const any = await app.deliverTo(connected, BODY, { path: '/nothing', method });
        const { run_id: _, ...said } = answer.body;
        const { run_id: __, ...unknown } = any.body;
        expect([answer.status, said]).toEqual([404, unknown]);
      }
      expect(app.counts.UnknownConnections ?? 0).toBe(id === UNKNOWN ? 2 : 0);
    },
  );

  it.each(['signature', 'header', 'url'] as const)(
    'is 401 without its %s or with a wrong one, in one answer for both',
    async (auth) => {
      const connected = await connect(app.events, { auth });
      const absent = await app.deliverTo(connected, BODY, { secret: null });
      expect(lastLine()).toMatchObject({ credential: 'absent', status: 401, outcome: 'credential-refused' });
      const wrong = await app.deliverTo(connected, BODY, { secret: 'f'.repeat(64) });
      expect(lastLine()).toMatchObject({ credential: 'wrong', status: 401 });
      const { run_id: _, ...first } = absent.body;
      const { run_id: __, ...second } = wrong.body;
      expect([absent.status, wrong.status, first]).toEqual([401, 401, second]);
      expect(app.counts).toEqual({ CredentialsRefused: 2 });
      expect((await app.get('/t/retail/events')).body.events).toEqual([]);
    },
  );

  it('is 401 with the token twice, because nobody can tell which one is meant', async () => {
    const connected = await connect(app.events, { auth: 'url' });
    const query = `token=${connected.secret}`;
    expect((await app.deliverTo(connected, BODY, { query })).status).toBe(401);
    expect((await app.deliverTo(connected, BODY, { query, secret: null })).status).toBe(202);
    expect(JSON.stringify(app.lines)).not.toContain(connected.secret);
  });

  it('is 413 before anything is read, even at an id that is not there', async () => {
    const small = await startApp({ endpoint: engine.endpoint, env: { MAX_BODY_BYTES: '100' } });
    const connected = await connect(small.events);
    const answers = [
      await small.deliverTo(connected, 'x'.repeat(101)),
      await small.deliverTo(connected, 'x'.repeat(101), { path: `/webhooks/${UNKNOWN}`, secret: null }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([413, 413]);
    expect(small.counts).toEqual({ BodiesTooLarge: 2 });
  });

  it('is 503 from another address only with the right credential', async () => {
    const connected = await connect(app.events, { allowed_cidrs: ['192.0.2.0/24'] });
    const right = await app.deliverTo(connected, BODY);
    const wrong = await app.deliverTo(connected, BODY, { secret: 'f'.repeat(64) });
    expect([right.status, right.headers['retry-after'], wrong.status]).toEqual([503, '30', 401]);
    expect(app.counts).toMatchObject({ AddressesRefused: 1, CredentialsRefused: 1, Unavailable: 1 });
    const inside = await connect(app.events, { allowed_cidrs: ['192.0.2.0/24', '127.0.0.0/8'] });
    expect((await app.deliverTo(inside, BODY)).status).toBe(202);
  });

  it('keeps to the addresses of the deployment where the connection names none', async () => {
    const narrow = await startApp({ endpoint: engine.endpoint, env: { ALLOWED_CIDRS: '192.0.2.0/24' } });
    expect((await narrow.deliverTo(await connect(narrow.events), BODY)).status).toBe(503);
    const own = await connect(narrow.events, { allowed_cidrs: ['127.0.0.1/32'] });
    expect((await narrow.deliverTo(own, BODY)).status).toBe(202);
  });

  it('is 403 from another agent, but only with the right credential', async () => {
    const connected = await connect(app.events, { user_agent_prefix: 'Automation for Jira' });
    const from = (agent: string, secret = connected.secret) =>
      app.deliverTo(connected, BODY, { headers: { 'User-Agent': agent }, secret });
    const other = await from('curl/8');
    expect([other.status, other.body.type]).toEqual([
      403,
      'urn:jira-webhook-sync:problem:user-agent-refused',
    ]);
    expect((await app.deliverTo(connected, BODY)).status).toBe(403);
    expect((await from('curl/8', 'f'.repeat(64))).status).toBe(401);
    expect((await from('Automation for Jira App/8')).status).toBe(202);
    expect(app.counts).toMatchObject({ AgentsRefused: 2, CredentialsRefused: 1 });
  });

  it.each([
    ['draft', null, /draft/],
    ['disabled', 'Moved to another team', /^Moved to another team$/],
  ] as const)(
    'is 403 while it is %s, with the reason only for its sender',
    async (status, status_reason, reason) => {
      const connected = await connect(app.events, { status, status_reason });
      const { status: code, body } = await app.deliverTo(connected, BODY);
      expect([code, body.type]).toEqual([403, 'urn:jira-webhook-sync:problem:connection-inactive']);
      expect(body.reason).toMatch(reason);
      const stranger = await app.deliverTo(connected, BODY, { secret: 'f'.repeat(64) });
      expect([stranger.status, stranger.body.reason]).toEqual([401, undefined]);
    },
  );

  it('is 429 above its rate, until the minute is over, and nothing of it is kept', async () => {
    const connected = await connect(app.events, { rate: { per_minute: 2 } });
    nowMs += 45_000;
    const send = (n: number) => app.deliverTo(connected, issueBody('1', 'ABC-1', n));
    for (let n = 0; n < 9; n += 1) await app.deliverTo(connected, BODY, { secret: 'f'.repeat(64) });
    const answers = [await send(1), await send(2), await send(3)];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 429]);
    expect(answers[2]?.headers['retry-after']).toBe('15');
    expect(app.counts.RateRefused).toBe(1);
    expect((await app.get('/t/retail/events')).body.events).toHaveLength(2);
    nowMs += 15_000;
    expect((await send(3)).status).toBe(202);
  });

  it('spends the rate of a draft too, because its status is looked at after it', async () => {
    const connected = await connect(app.events, { status: 'draft', rate: { per_minute: 1 } });
    const statuses = [await app.deliverTo(connected, BODY), await app.deliverTo(connected, BODY)];
    expect(statuses.map(({ status }) => status)).toEqual([403, 429]);
  });

  it('is 405 by another method, before its connection is looked for', async () => {
    const connected = await connect(app.events);
    const put = await app.deliverTo(connected, BODY, { method: 'PUT', secret: null });
    expect([put.status, put.headers.allow]).toEqual([405, 'POST, GET']);
  });

  it.each([
    ['', 'Exclude body'],
    ['{"webhookEvent":', 'Exclude body'],
  ])('is 400 with a hint for %j, and kept', async (body, hint) => {
    const answer = await app.deliverTo(await connect(app.events), body);
    expect([answer.status, answer.body.hint]).toEqual([400, expect.stringContaining(hint)]);
    expect((await storedEvent(answer.body.event_id)).body.outcome).toBe('quarantined');
  });
});

describe('no refusal comes from the cache', () => {
  it('so what was activated, rotated or made works at once', async () => {
    const connected = await connect(app.events, { status: 'draft', auth: 'url' });
    expect((await app.deliverTo(connected, BODY)).status).toBe(403);
    nowMs += 2_000;
    await change(app.events, connected, { status: 'active' });
    expect((await app.deliverTo(connected, BODY)).status).toBe(202);
    const sha256 = sha256Hex('newer');
    await change(app.events, connected, { current: { from: 'digest', version: 2, sha256 } });
    nowMs += 2_000;
    expect((await app.deliverTo(connected, BODY, { secret: 'newer' })).status).toBe(200);
  });

  it('so agents, rates, projects and sites that were widened count at once', async () => {
    const narrow = { user_agent_prefix: 'a', project_keys: ['XYZ'], site_hosts: [] };
    const connected = await connect(app.events, narrow);
    const body = BODY.replace('"id":"1"', '"id":"1","self":"https://old.example.net/1"');
    expect((await app.deliverTo(connected, body)).status).toBe(403);
    await change(app.events, connected, {
      user_agent_prefix: null,
      project_keys: ['ABC'],
      site_hosts: ['old.example.net'],
    });
    nowMs += 2_000;
    expect((await app.deliverTo(connected, body)).body).toMatchObject({ outcome: 'applied', warnings: [] });
  });

  it('and what was removed or disabled stops within 30 seconds', async () => {
    const [disabled, removed] = [await connect(app.events), await connect(app.events)];
    for (const one of [disabled, removed]) expect((await app.deliverTo(one, BODY)).status).toBe(202);
    await change(app.events, disabled, { status: 'disabled' });
    await remove(app.events, removed);
    nowMs += 29_999;
    for (const one of [disabled, removed]) expect((await app.deliverTo(one, BODY)).status).toBe(200);
    nowMs += 1;
    expect((await app.deliverTo(disabled, BODY)).status).toBe(403);
    expect((await app.deliverTo(removed, BODY)).status).toBe(404);
  });
});

describe('what is left at the row', () => {
  it('tells when it was last used and refused, once a minute, without a new revision', async () => {
    const connected = await connect(app.events);
    const { connection_id } = connected.connection;
    const first = nowMs;
    await app.deliverTo(connected, BODY, { secret: null });
    await app.deliverTo(connected, BODY);
    nowMs += 59_000;
    await app.deliverTo(connected, BODY);
    expect(await rowOf(connection_id)).toMatchObject({
      last_received_ms: first,
      last_refused_ms: first,
      last_used_ms: first,
      rev: 1,
    });
    nowMs += 1_000;
    await app.deliverTo(connected, BODY);
    expect(await rowOf(connection_id)).toMatchObject({ last_received_ms: nowMs, last_refused_ms: first });
  });
});

describe('GET on its URL', () => {
  it.each(['signature', 'header', 'url'] as const)('tries URL and %s without an event', async (auth) => {
    const connected = await connect(app.events, { auth, status: 'draft' });
    const { connection_id } = connected.connection;
    const ask = (secret?: string) =>
      app.deliverTo(connected, '', { method: 'GET', ...(secret === undefined ? {} : { secret }) });
    const expected = {
      status: 'healthy',
      service: 'jira-webhook-sync',
      connection_id,
      connection_status: 'draft',
      last_received_at: null,
      targets: [],
    };
    expect(await ask()).toMatchObject({ status: 200, body: expected });
    expect((await ask('f'.repeat(64))).status).toBe(401);
    expect(app.counts).toEqual({ CredentialsRefused: 1 });
    await change(app.events, connected, { status: 'active' });
    nowMs += 2_000;
    expect((await app.deliverTo(connected, BODY)).status).toBe(202);
    nowMs += 2_000;
    expect((await ask()).body).toMatchObject({
      connection_status: 'active',
      last_received_at: '2026-11-22T19:00:02.000Z',
    });
    expect((await app.get('/t/retail/events')).body.events).toHaveLength(1);
  });
});
