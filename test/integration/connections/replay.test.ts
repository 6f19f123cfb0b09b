import { beforeEach, describe, expect, it } from 'vitest';
import { type Replayed, replayEvent } from '../../../src/ingest/replay.ts';
import { prepareEventBody, releaseEvent } from '../../../src/store/events/put-event.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Connected, change, connect, remove } from '../../support/connected.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';
import { issueBody } from '../correlate/bodies.ts';

const engine = useEngine();
let proxy: FaultProxy;
let app: TestApp;
beforeEach(async () => {
  proxy = await startFaultProxy(engine.endpoint);
  app = await startApp({ endpoint: proxy.endpoint });
  return proxy.close;
});

const BODY = issueBody('1', 'ABC-1', 1);
const ELSEWHERE = BODY.replace('"id":"1"', '"id":"1","self":"https://old.example.net/rest/api/2/issue/1"');

const OWN = ELSEWHERE.replace('old.example.net', 'retail.example.net');

/** Stores an event anew, as a parser of yesterday did that could not read this body. */
const putRefused = async (id: unknown, body: string): Promise<void> => {
  const signal = AbortSignal.timeout(30_000);
  const found = await getEvent({ ...app.events, tenant: 'retail', signal }, String(id), Date.now());
  if (!found) throw new Error('no event');
  const problem = { type: 'not-a-jira-webhook' as const, status: 422, detail: 'As it was.', errors: [] };
  const { warnings: _, ...before } = found.event;
  const event = { ...before, outcome: 'quarantined' as const, facts: null, problem };
  const bytes = await prepareEventBody(app.events, event, Buffer.from(body), signal);
  await releaseEvent(app.events, { before: found.event, event }, bytes, Date.now(), signal);
};

const replay = (id: unknown): Promise<Replayed> =>
  replayEvent({ ...app.events, tenant: 'retail' }, String(id), Date.now, AbortSignal.timeout(30_000));

const eventOf = async (connected: Connected, body: string) => {
  const answer = await app.deliverTo(connected, body);
  return { id: answer.body.event_id, status: answer.status, outcome: answer.body.outcome };
};

const issueStatus = async () => (await app.get('/t/retail/issues/1')).status;
const stored = async (id: unknown) => (await app.get(`/t/retail/events/${id}`)).body;

describe('a replay of what came through a connection', () => {
  it('takes in what its projects allow by now, as an event of its connection', async () => {
    const connected = await connect(app.events, { project_keys: ['XYZ'] });
    const { id, status } = await eventOf(connected, BODY);
    expect(status).toBe(403);
    expect(await replay(id)).toMatchObject({
      kind: 'still-refused',
      problem: { type: 'project-not-allowed', status: 403 },
    });
    await change(app.events, connected, { project_keys: ['XYZ', 'ABC'] });
    expect(await replay(id)).toEqual({ kind: 'released', outcome: 'applied' });
    expect(await stored(id)).toMatchObject({
      issue_key: 'ABC-1',
      problem: null,
      connection_id: connected.connection.connection_id,
      headers: {},
      duration_ms: expect.any(Number),
    });
  });

  it('refuses what its projects do not allow any more, because people took it back', async () => {
    const connected = await connect(app.events);
    const { id } = await eventOf(connected, BODY);
    await change(app.events, connected, { project_keys: ['XYZ'] });
    expect(await replay(id)).toMatchObject({ kind: 'still-refused' });
    expect(await stored(id)).toMatchObject({ outcome: 'applied', issue_key: 'ABC-1' });
  });

  it('writes an issue of another site only once the host is one of its own', async () => {
    const connected = await connect(app.events);
    const { id } = await eventOf(connected, ELSEWHERE);
    expect(await replay(id)).toEqual({ kind: 'replayed', outcome: 'recorded' });
    expect(await issueStatus()).toBe(404);
    await change(app.events, connected, { site_hosts: ['old.example.net'] });
    expect(await replay(id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await issueStatus()).toBe(200);
    const event = await stored(id);
    expect(event).toMatchObject({ outcome: 'applied', issue_id: '1', issue_key: 'ABC-1' });
    expect((await app.get('/t/retail/issues/1/events')).body.events).toEqual([event]);
    expect(await replay(id)).toEqual({ kind: 'replayed', outcome: 'applied' });
    expect(await stored(id)).toEqual(event);
  });

  it.each([
    ['another site', {}, ELSEWHERE, { kind: 'replayed', outcome: 'recorded' }, 404],
    ['another project', { project_keys: ['XYZ'] }, BODY, { kind: 'still-refused' }, 404],
    ['its own site and project', { project_keys: ['ABC'] }, BODY, { kind: 'replayed' }, 200],
    [
      'another tenant',
      {},
      BODY.replace('{', '{"tenant_id":"default",'),
      { kind: 'still-refused', problem: { type: 'tenant-mismatch' } },
      404,
    ],
    ['automation', { kind: 'automation' }, BODY, { kind: 'replayed', outcome: 'recorded' }, 404],
  ] as const)(
    'lets stand what was found of %s once the connection is gone',
    async (_of, rules, body, replayed, issue) => {
      const connected = await connect(app.events, {
        ...rules,
        project_keys: [...('project_keys' in rules ? rules.project_keys : [])],
      });
      const { id } = await eventOf(connected, body);
      await remove(app.events, connected);
      expect(await replay(id)).toMatchObject(replayed);
      expect(await issueStatus()).toBe(issue);
    },
  );

  it.each([
    ['given twice', 'event_type=first&event_type=last'],
    ['given late in a long query', `note=${'x'.repeat(3_000)}&event_type=last`],
  ])('reads an event type %s as the delivery did, because it names the event', async (_how, query) => {
    const body = BODY.replace('"webhookEvent":"jira:issue_updated",', '');
    const rule = { kind: 'automation', auth: 'header' } as const;
    const open = await connect(app.events, rule);
    const live = await app.deliverTo(open, body, { query });
    const narrow = await connect(app.events, { ...rule, project_keys: ['XYZ'] });
    const { body: refused } = await app.deliverTo(narrow, body, { query });
    await change(app.events, narrow, { project_keys: [] });
    expect(await replay(refused.event_id)).toMatchObject({ kind: 'released' });
    for (const id of [live.body.event_id, refused.event_id])
      expect(await stored(id)).toMatchObject({ event_type: 'last' });
  });

  it.each([
    ['another site', ELSEWHERE, { outcome: 'recorded', warnings: ['other-site'], issue_id: null }, 404],
    ["its tenant's site", OWN, { outcome: 'applied', issue_id: '1' }, 200],
  ])(
    'takes in what an older parser refused of %s by the site of its tenant, once the connection is gone',
    async (_of, body, event, issue) => {
      const connected = await connect(app.events);
      const { id } = await eventOf(connected, body.replace('"id":"1"', '"id":"2"'));
      await putRefused(id, body);
      await remove(app.events, connected);
      expect(await replay(id)).toEqual({ kind: 'released', outcome: event.outcome });
      expect(await stored(id)).toMatchObject({ problem: null, ...event });
      expect(await issueStatus()).toBe(issue);
    },
  );

  it('changes nothing while the connection cannot be read, because what it says is not known', async () => {
    const connected = await connect(app.events, { project_keys: ['XYZ'] });
    const { id } = await eventOf(connected, BODY);
    const down = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
    proxy.fail(down, { operations: ['GetItem'], when: (sent) => sent.includes('CON#') });
    await expect(replay(id)).rejects.toMatchObject({ name: 'UnavailableError' });
    expect(await stored(id)).toMatchObject({ outcome: 'quarantined' });
  });
});
