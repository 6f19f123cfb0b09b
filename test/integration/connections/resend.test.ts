import { beforeEach, describe, expect, it } from 'vitest';
import { sweepEvents } from '../../../src/correlate/run/sweep-events.ts';
import type { Connection } from '../../../src/domain/connection.ts';
import { HOUR_MS } from '../../../src/domain/instant.ts';
import { startApp, type TestApp } from '../../support/app.ts';
import { type Connected, change, connect } from '../../support/connected.ts';
import { startCorrelation } from '../../support/correlation.ts';
import { type FaultProxy, startFaultProxy } from '../../support/fault-proxy.ts';
import { useEngine } from '../../support/use-engine.ts';
import { deletionBody, issueBody } from '../correlate/bodies.ts';
import { bareStories } from '../correlate/derived.ts';

const engine = useEngine();
let nowMs: number;
let proxy: FaultProxy;
let app: TestApp;
beforeEach(async () => {
  nowMs = Date.now();
  proxy = await startFaultProxy(engine.endpoint);
  app = await startApp({ endpoint: proxy.endpoint, clock: () => nowMs });
  return proxy.close;
});

const BODY = issueBody('1', 'ABC-1', 1);
const ELSEWHERE = BODY.replace('"id":"1"', '"id":"1","self":"https://old.example.net/rest/api/2/issue/1"');
/** Too large for an item, so that the body lies apart. */
const LARGE = JSON.stringify({
  ...JSON.parse(BODY),
  noise: Array.from({ length: 40_000 }, (_, i) => Math.sin(i)),
});

const widen = async (connected: Connected, differing: Partial<Connection>): Promise<void> => {
  await change(app.events, connected, differing);
  nowMs += 3_000;
};

const connectHere = (differing: Partial<Connection>) =>
  connect(app.events, { tenant_id: 'default', ...differing });

const correlate = () => {
  using correlation = startCorrelation(app, { clock: () => nowMs });
  return correlation.run();
};

const sweep = async (): Promise<void> => {
  nowMs += HOUR_MS;
  using correlation = startCorrelation(app, { clock: () => nowMs });
  await sweepEvents({ ...correlation.deps, retention_days: 2 });
};

const stored = async (id: unknown) => (await app.get(`/events/${id}`)).body;
const eventsOf = async (id: string) => (await app.get(`/issues/${id}/events`)).body.events;

describe('the same bytes again, once their connection allows more', () => {
  it.each([
    ['a body', BODY],
    ['a body that lies apart', LARGE],
  ])(
    'take %s out of quarantine, because an issue without its event is never correlated',
    async (_of, body) => {
      const connected = await connectHere({ project_keys: ['XYZ'] });
      const refused = await app.deliverTo(connected, body);
      expect(refused.status).toBe(403);
      await widen(connected, { project_keys: ['XYZ', 'ABC'] });
      const again = await app.deliverTo(connected, body);
      expect([again.status, again.body.status, again.body.outcome]).toEqual([202, 'accepted', 'applied']);
      const event = await stored(refused.body.event_id);
      expect(event).toMatchObject({ outcome: 'applied', problem: null, issue_key: 'ABC-1' });
      expect(event.run_id).toBe(refused.body.run_id);
      expect(await eventsOf('1')).toEqual([expect.objectContaining({ event_id: refused.body.event_id })]);
      await sweep();
      expect(await bareStories(app)).toEqual(['ABC-1']);
      const third = await app.deliverTo(connected, body);
      expect([third.status, third.body.status]).toEqual([200, 'duplicate']);
    },
  );

  it('delete an issue with the event that says so, because nothing else tells why it is gone', async () => {
    await app.deliver(BODY);
    const connected = await connectHere({ project_keys: ['XYZ'] });
    const refused = await app.deliverTo(connected, deletionBody('1', 'ABC-1', 2));
    expect(refused.status).toBe(403);
    await widen(connected, { project_keys: ['ABC'] });
    expect((await app.deliverTo(connected, deletionBody('1', 'ABC-1', 2))).status).toBe(202);
    expect((await app.get('/issues/1')).body).toMatchObject({ deleted: true });
    expect(await stored(refused.body.event_id)).toMatchObject({ outcome: 'applied', problem: null });
  });

  it('are taken once, however many come at the same time', async () => {
    const connected = await connectHere({ project_keys: ['XYZ'] });
    await app.deliverTo(connected, BODY);
    await widen(connected, { project_keys: [] });
    const all = await Promise.all(Array.from({ length: 6 }, () => app.deliverTo(connected, BODY)));
    expect(all.filter(({ status }) => status === 202)).toHaveLength(1);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(5);
  });

  it('are not acknowledged before the event is out of quarantine, and are taken when they come once more', async () => {
    const connected = await connectHere({ project_keys: ['XYZ'] });
    const { body: refused } = await app.deliverTo(connected, BODY);
    await widen(connected, { project_keys: [] });
    const down = { kind: 'error', status: 400, type: 'AccessDeniedException' } as const;
    const isRelease = (sent: string): boolean => sent.includes('outcome = :outcome');
    proxy.fail(down, { operations: ['PutItem'], when: isRelease, times: 1 });
    expect((await app.deliverTo(connected, BODY)).status).toBe(503);
    expect(await stored(refused.event_id)).toMatchObject({ outcome: 'quarantined' });
    expect((await app.deliverTo(connected, BODY)).status).toBe(202);
    expect(await stored(refused.event_id)).toMatchObject({ problem: null, issue_key: 'ABC-1' });
  });

  it('get the old answer while nothing was allowed, and write nothing', async () => {
    const connected = await connectHere({ project_keys: ['XYZ'] });
    await app.deliverTo(connected, BODY);
    await widen(connected, { project_keys: ['XYZ', 'UVW'] });
    const again = await app.deliverTo(connected, BODY);
    expect([again.status, (await app.get('/issues/1')).status]).toEqual([403, 404]);
  });

  it('give an event of another site its issue, although it was handled as one of no issue', async () => {
    const connected = await connectHere({});
    const apart = await app.deliverTo(connected, ELSEWHERE);
    expect(apart.body.warnings).toEqual(['other-site']);
    await correlate();
    expect((await stored(apart.body.event_id)).processing).toMatchObject({ status: 'not_needed' });
    await widen(connected, { site_hosts: ['old.example.net'] });
    const again = await app.deliverTo(connected, ELSEWHERE);
    expect([again.status, again.body.outcome, again.body.warnings]).toEqual([202, 'applied', []]);
    expect(await stored(apart.body.event_id)).toMatchObject({
      outcome: 'applied',
      issue_id: '1',
      processing: { status: 'pending' },
    });
    await sweep();
    expect(await bareStories(app)).toEqual(['ABC-1']);
    expect((await app.deliverTo(connected, ELSEWHERE)).body.status).toBe('duplicate');
  });
});
