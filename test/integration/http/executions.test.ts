import { randomBytes } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Attempt, type Execution, executionIdOf } from '../../../src/domain/execution.ts';
import { newExecution } from '../../../src/publish/publish-events.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import { claimExecution, finishAttempt } from '../../../src/store/executions/change-execution.ts';
import { putExecution } from '../../../src/store/executions/executions.ts';
import { createSubscription } from '../../../src/store/subscriptions/change-subscription.ts';
import type { SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { connect } from '../../support/connected.ts';
import { someRun } from '../../support/connections.ts';
import { someSubscription } from '../../support/subscriptions.ts';
import { useEngine } from '../../support/use-engine.ts';

const NOON = Date.parse('2026-11-22T19:00:00.000Z');
const DAY = '2026-11-22';

const engine = useEngine();
const time = { now: NOON };
let app: TestApp;

beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint, clock: () => time.now });
});

const place = () => ({ table: app.events.table, signal: AbortSignal.timeout(30_000) });

const audit = { who: 'local', what: 'subscription-created' } as const;

const subscribe = async (differing: Partial<SubscriptionRow> = {}): Promise<SubscriptionRow> => {
  const row = someSubscription(differing);
  await createSubscription(app.events, row, audit, someRun(time.now));
  return row;
};

let issues = 100;

/** An event of an issue of its own; answers its id. */
const deliver = async (fields: object = {}): Promise<{ event_id: string; issue: string; key: string }> => {
  issues += 1;
  const issue = { id: String(issues), key: `EXE-${issues}`, fields };
  const { status, body } = await app.deliver(
    JSON.stringify({ webhookEvent: 'jira:issue_updated', timestamp: time.now, issue }),
  );
  expect(status).toBe(202);
  return { event_id: String(body.event_id), issue: issue.id, key: issue.key };
};

/** Puts what publishing would put, `later` milliseconds after now. */
const publish = async (
  subscription: SubscriptionRow,
  event_id: string,
  differing: Partial<Execution> = {},
  later = 0,
): Promise<Execution> => {
  const tenant = subscription.tenant_id;
  const found = await getEvent({ ...place(), tenant }, event_id, time.now);
  if (found === null) throw new Error('no such event');
  const times = { expires_at: Math.ceil(time.now / 1_000) + 86_400, now_ms: time.now + later };
  const execution = { ...newExecution(subscription, found.event, times), ...differing };
  expect(await putExecution(place(), execution)).toBe('made');
  return execution;
};

type Shown = Record<string, unknown>;

const shownIn = ({ body }: Answer): Shown[] => body.executions as Shown[];

const idsIn = (answer: Answer): unknown[] => shownIn(answer).map(({ execution_id }) => execution_id);

/** All pages of a listing, each as the one before names it. */
const pages = async (target: string, limit: number): Promise<unknown[][]> => {
  const found: unknown[][] = [];
  let cursor: unknown = null;
  do {
    const next = cursor === null ? '' : `&cursor=${encodeURIComponent(String(cursor))}`;
    const answer = await app.get(`${target}${target.includes('?') ? '&' : '?'}limit=${limit}${next}`);
    expect(answer.status).toBe(200);
    found.push(idsIn(answer));
    cursor = answer.body.next_cursor;
  } while (cursor !== null);
  return found;
};

const ATTEMPT: Attempt = {
  attempt: 1,
  at_ms: NOON,
  duration_ms: 120,
  status: 500,
  error: 'the target answered 500',
  response_headers: { 'content-type': 'text/plain' },
  response_body: 'not now',
  is_probe: false,
};

describe('GET /subscriptions', () => {
  it('shows what was decided and nothing that was sealed, because paths and keys are secrets', async () => {
    const row = await subscribe({
      tenant_id: 'shown',
      signature: 'hub-sha256',
      current: { from: 'sealed', version: 3, master: 1, encoding: 'base64', sealed: 'sealed-key' },
      previous: { from: 'derived', version: 2, master: 1, encoding: 'text' },
      previous_until_ms: NOON,
      target: {
        ...{ version: 2, master: 1, sealed: 'sealed-target' },
        ...{ shown_url: 'https://agent.example.net/…', header_names: ['X-Key'] },
      },
      ...{ status: 'open', next_probe_ms: NOON + 60_000, failed_in_a_row: 5, opened_ms: NOON },
    });
    const one = await app.get(`/t/shown/subscriptions/${row.subscription_id}`);
    expect(one.body).toMatchObject({
      subscription_id: row.subscription_id,
      url: 'https://agent.example.net/…',
      header_names: ['X-Key'],
      secret: {
        source: 'imported',
        encoding: 'base64',
        version: 3,
        previous_until: '2026-11-22T19:00:00.000Z',
      },
      status: 'open',
      next_probe_at: '2026-11-22T19:01:00.000Z',
      failed_attempts_in_a_row: 5,
      matches_since: '1970-01-01T00:00:00.000Z',
    });
    expect(JSON.stringify(one.body)).not.toMatch(/sealed|master|current|target/);
    expect((await app.get('/t/shown/subscriptions')).body).toEqual({ subscriptions: [one.body] });
  });

  it('lists no deleted one, which is shown by its id as long as executions of it are', async () => {
    const kept = await subscribe({ tenant_id: 'deleting', created_ms: NOON });
    const gone = await subscribe({ tenant_id: 'deleting', created_ms: NOON + 1, status: 'deleted' });
    const { body } = await app.get('/t/deleting/subscriptions');
    expect(body).toMatchObject({ subscriptions: [{ subscription_id: kept.subscription_id }] });
    expect(await app.get(`/t/deleting/subscriptions/${gone.subscription_id}`)).toMatchObject({
      status: 200,
      body: { status: 'deleted' },
    });
  });

  it.each(['sub_', 'x', `sub_${'0'.repeat(22)}`])('knows no %s', async (id) => {
    expect(await app.get(`/subscriptions/${id}`)).toMatchObject({
      status: 404,
      body: { type: 'urn:jira-webhook-sync:problem:not-found' },
    });
  });
});

describe('GET /executions/{id}', () => {
  it('shows what was tried, because the history is what people look at', async () => {
    const subscription = await subscribe({ filter: { ...someSubscription().filter, projects: ['NONE'] } });
    const { event_id, issue, key } = await deliver({ priority: { name: 'High' } });
    const execution = await publish(subscription, event_id);
    const [now_ms, until_ms] = [time.now + 1_000, time.now + 60_000];
    const claimed = await claimExecution(place(), execution, { owner: 'lane', now_ms, until_ms });
    if (claimed === null) throw new Error('not claimed');
    const after = {
      ...claimed,
      ...{ status: 'queued' as const, reason: ATTEMPT.error, tries: 1, attempts: 1, claims: 0 },
      due_ms: time.now + 31_000,
    };
    expect(await finishAttempt(place(), claimed, ATTEMPT, after)).toBe('written');
    const { status, body } = await app.get(`/executions/${execution.execution_id}`);
    expect(status).toBe(200);
    expect(body).toEqual({
      execution_id: execution.execution_id,
      tenant_id: 'default',
      event_id,
      subscription_id: subscription.subscription_id,
      issue_id: issue,
      issue_key: key,
      event_type: 'jira:issue_updated',
      priority: 'normal',
      status: 'queued',
      reason: 'the target answered 500',
      waits_for: 'retry',
      tries: 1,
      next_attempt_at: '2026-11-22T19:00:31.000Z',
      created_at: '2026-11-22T19:00:00.000Z',
      started_at: '2026-11-22T19:00:01.000Z',
      completed_at: null,
      result: null,
      replay_of: null,
      attempts: [
        {
          attempt: 1,
          at: '2026-11-22T19:00:00.000Z',
          status: 500,
          duration_ms: 120,
          error: 'the target answered 500',
          response_headers: { 'content-type': 'text/plain' },
          response_body: 'not now',
          is_probe: false,
        },
      ],
    });
  });

  it.each<[string | null, string | null, Partial<SubscriptionRow>]>([
    ['breaker', '2026-11-22T19:02:00.000Z', { status: 'open', next_probe_ms: NOON + 120_000 }],
    ['disabled', null, { status: 'disabled' }],
    ['paused', null, { status: 'paused' }],
    [null, '2026-11-22T19:00:00.000Z', { status: 'active' }],
  ])('waits for %s until %s, because its target says so and not its row', async (waits_for, at, state) => {
    const subscription = await subscribe({ tenant_id: 'waiting', ...state });
    const { connection } = await connect(app.events, { tenant_id: 'waiting' });
    expect(connection.tenant_id).toBe('waiting');
    const event_id = await eventOf('waiting');
    const { execution_id } = await publish(subscription, event_id);
    expect((await app.get(`/t/waiting/executions/${execution_id}`)).body).toMatchObject({
      status: 'queued',
      waits_for,
      next_attempt_at: at,
    });
  });

  it.each([`exe_${'0'.repeat(40)}_${'0'.repeat(22)}`, `exe_${'0'.repeat(40)}`, 'exe_', 'x'])(
    'knows no %s',
    async (id) => {
      expect((await app.get(`/executions/${id}`)).status).toBe(404);
    },
  );
});

/** An event that a connection of the tenant delivered. */
const eventOf = async (tenant_id: string, body: object = {}): Promise<string> => {
  const connected = await connect(app.events, { tenant_id });
  const sent = { webhookEvent: 'x', said: randomBytes(8).toString('hex'), ...body };
  const { body: answer } = await app.deliverTo(connected, JSON.stringify(sent));
  return String(answer.event_id);
};

describe('GET /executions/{id} by the id that a delivery was answered with', () => {
  const OF = '/t/delivered';
  const of = (eventId: string) => app.get(`${OF}/executions/${eventId.replace('evt_', 'exe_')}`);

  it('tells how far all of its event are, from the first moment on', async () => {
    const event_id = await eventOf('delivered', { webhookEvent: 'told' });
    expect((await of(event_id)).body).toEqual({
      execution_id: event_id.replace('evt_', 'exe_'),
      event_id,
      status: 'unmatched',
      executions: [],
    });
    const filter = { ...someSubscription().filter, event_types: ['told'] };
    const [first, second] = [
      await subscribe({ tenant_id: 'delivered', filter }),
      await subscribe({ tenant_id: 'delivered', filter }),
    ];
    expect((await of(event_id)).body).toMatchObject({ status: 'queued', executions: [] });
    await publish(first, event_id, { status: 'completed', due_ms: null });
    expect((await of(event_id)).body).toMatchObject({ status: 'queued' });
    const { execution_id } = await publish(second, event_id, { status: 'in_progress' });
    const both = await of(event_id);
    expect(both.body.status).toBe('in_progress');
    expect(idsIn(both).sort()).toEqual([execution_id, executionIdOf(event_id, first.subscription_id)].sort());
  });

  it('tells nothing of a subscription that takes no event of that time, or is deleted', async () => {
    const event_id = await eventOf('later');
    await subscribe({ tenant_id: 'later', matches_since_ms: time.now + 1 });
    await subscribe({ tenant_id: 'later', status: 'deleted' });
    const { body } = await app.get(`/t/later/executions/${event_id.replace('evt_', 'exe_')}`);
    expect(body.status).toBe('unmatched');
  });

  it.each<[string, Execution['status'][]]>([
    ['queued', ['completed', 'queued', 'failed', 'in_progress']],
    ['in_progress', ['completed', 'failed', 'in_progress']],
    ['failed', ['completed', 'cancelled', 'failed']],
    ['cancelled', ['completed', 'cancelled']],
    ['completed', ['completed', 'completed']],
  ])('is %s where its event has %j, because that is furthest from done', async (expected, statuses) => {
    const event_id = await eventOf('statuses');
    for (const status of statuses)
      await publish(await subscribe({ tenant_id: 'statuses', matches_since_ms: time.now + 1 }), event_id, {
        status,
        due_ms: status === 'queued' || status === 'in_progress' ? time.now : null,
      });
    const { body } = await app.get(`/t/statuses/executions/${event_id.replace('evt_', 'exe_')}`);
    expect(body.status).toBe(expected);
  });
});

describe('lists of executions', () => {
  const STATUSES = ['queued', 'completed', 'failed', 'completed', 'cancelled'] as const;

  /** Five of one event, each a second after the other; oldest first. */
  const five = async (tenant_id: string, key: string) => {
    const event_id = await eventOf(tenant_id, { issue: { id: '7', key, fields: {} } });
    const subscription = await subscribe({ tenant_id });
    const made: string[] = [];
    for (const [n, status] of STATUSES.entries()) {
      const execution_id = executionIdOf(event_id, subscription.subscription_id, n);
      const differing = { status, execution_id, due_ms: status === 'queued' ? time.now : null };
      await publish(subscription, event_id, differing, n * 1_000);
      made.push(execution_id);
    }
    return { event_id, subscription, made };
  };

  it('go page by page through all of a day, an issue and an event, newest first', async () => {
    const { event_id, made } = await five('listed', 'EXE-7');
    const expected = made.toReversed();
    const lists = ['/issues/7/executions', '/issues/EXE-7/executions', `/events/${event_id}/executions`];
    for (const target of [`/executions?date=${DAY}`, ...lists])
      for (const limit of [1, 2, 5, 100]) {
        const found = await pages(`/t/listed${target}`, limit);
        expect(found.flat(), `${target} ${limit}`).toEqual(expected);
        expect(Math.max(...found.map((page) => page.length))).toBeLessThanOrEqual(limit);
      }
  });

  it('of a day are narrowed by status and subscription, on every page', async () => {
    const { subscription, made } = await five('narrowed', 'EXE-8');
    await five('narrowed', 'EXE-9');
    const own = `subscription=${subscription.subscription_id}`;
    expect((await pages(`/t/narrowed/executions?status=completed&${own}`, 1)).flat()).toEqual([
      made[3],
      made[1],
    ]);
    expect((await pages('/t/narrowed/executions?status=failed', 100)).flat()).toHaveLength(2);
    expect((await pages(`/t/narrowed/executions?date=2026-11-21&${own}`, 100)).flat()).toEqual([]);
  });

  it('are as full as an answer may be, and go on behind that, because results are large', async () => {
    const event_id = await eventOf('large', { issue: { id: '7', key: 'EXE-7', fields: {} } });
    const body = '"'.repeat(65_536 * 4);
    const result = { status: 200, content_type: 'text/plain', body, truncated: true };
    const made: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      const subscription = await subscribe({ tenant_id: 'large' });
      made.unshift((await publish(subscription, event_id, { result, status: 'completed' }, n)).execution_id);
    }
    for (const target of ['/executions', '/issues/7/executions', `/events/${event_id}/executions`]) {
      const found = await pages(`/t/large${target}`, 100);
      expect(found.flat()).toEqual(made);
      expect(found.length).toBeGreaterThan(1);
    }
  });

  it.each([
    ['/executions?status=done', 'status'],
    ['/executions?subscription=sub_1', 'subscription'],
    ['/executions?date=yesterday', 'date'],
    ['/executions?Status=failed', 'status'],
    ['/executions?limit=0', 'limit'],
    ['/executions?cursor=x', 'cursor'],
    ['/issues/7/executions?cursor=x', 'cursor'],
  ])('refuse %s by naming %s, because another question would be answered', async (target, named) => {
    const { status, body } = await app.get(`/t/listed${target}`);
    expect(status).toBe(400);
    expect(String(body.detail)).toContain(named);
  });

  it('of one event or issue refuse the cursor of another, because it is a position in no other list', async () => {
    const { event_id } = await five('cursors', 'EXE-7');
    const other = await five('cursors', 'EXE-8');
    const { body } = await app.get(`/t/cursors/events/${event_id}/executions?limit=1`);
    const cursor = encodeURIComponent(String(body.next_cursor));
    const answers = await Promise.all(
      [`/events/${other.event_id}/executions`, '/issues/7/executions', '/executions'].map((target) =>
        app.get(`/t/cursors${target}?cursor=${cursor}`),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  });

  it('of an unknown issue or event are not found, because an empty list would say that there is one', async () => {
    expect((await app.get('/issues/4040404/executions')).status).toBe(404);
    expect((await app.get(`/events/evt_${'0'.repeat(40)}/executions`)).status).toBe(404);
    expect((await app.get('/events/x/executions')).status).toBe(404);
  });
});

describe('GET /stats', () => {
  it('counts what became of executions, and since when the oldest of a target that is asked is due', async () => {
    expect((await app.get('/t/counted/stats')).body.executions).toEqual({
      ...{ queued: 0, in_progress: 0, completed: 0, failed: 0, oldest_due_seconds: 0 },
    });
    const asked = await subscribe({ tenant_id: 'counted' });
    const dead = await subscribe({ tenant_id: 'counted', status: 'disabled' });
    const [first, second, third] = [
      await eventOf('counted'),
      await eventOf('counted'),
      await eventOf('counted'),
    ];
    await publish(asked, first, { due_ms: time.now - 90_500 });
    await publish(asked, second, { status: 'failed', due_ms: null });
    await publish(asked, third, { status: 'in_progress', due_ms: time.now + 60_000 });
    await publish(dead, first, { due_ms: time.now - 900_000 });
    await publish(dead, second, { status: 'completed', due_ms: null });
    await publish(dead, third, { status: 'cancelled', due_ms: null });
    expect((await app.get('/t/counted/stats')).body).toMatchObject({
      executions: { queued: 2, in_progress: 1, completed: 1, failed: 1, oldest_due_seconds: 90 },
      complete: true,
    });
  });
});

describe('GET on the URL of a connection', () => {
  it('names the targets that take what it brings and how many wait, and no path of theirs', async () => {
    const connected = await connect(app.events, { tenant_id: 'aimed' });
    const { connection_id } = connected.connection;
    const filter = (part: object) => ({ filter: { ...someSubscription().filter, ...part } });
    const own = { tenant_id: 'aimed' };
    const all = await subscribe({ ...own, name: 'All', created_ms: 1 });
    await subscribe({ ...own, name: 'Named', created_ms: 2, ...filter({ connections: [connection_id] }) });
    await subscribe({
      ...own,
      name: 'Kind',
      created_ms: 3,
      ...filter({ sources: ['jira'] }),
      status: 'open',
    });
    await subscribe({ ...own, name: 'Other', ...filter({ connections: [`con_${'0'.repeat(22)}`] }) });
    await subscribe({ ...own, name: 'Commits', ...filter({ sources: ['github', 'reconcile'] }) });
    await subscribe({ ...own, name: 'Gone', status: 'deleted' });
    await subscribe({ tenant_id: 'elsewhere', name: 'Elsewhere' });
    await publish(all, await eventOf('aimed'));
    await publish(all, await eventOf('aimed'), { due_ms: time.now + 3_600_000 });
    await publish(all, await eventOf('aimed'), { status: 'completed', due_ms: null });
    const { status, body } = await app.deliverTo(connected, '', { method: 'GET' });
    expect(status).toBe(200);
    const url = 'https://agent.example.net/…';
    expect(body.targets).toEqual([
      { name: 'All', url, status: 'active', waiting: 2 },
      { name: 'Named', url, status: 'active', waiting: 0 },
      { name: 'Kind', url, status: 'open', waiting: 0 },
    ]);
  });
});
