import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PingAnswer, SendMessage } from '../../../src/contract/send-message.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import {
  getSubscription,
  type SubscriptionRow,
  writeState,
} from '../../../src/store/subscriptions/subscription-row.ts';
import { signingKeys } from '../../../src/verify/credential-key.ts';
import { openTarget } from '../../../src/verify/sealed-target.ts';
import { type Answer, type Managed, openApp, startApp, type TestApp } from '../../support/app.ts';
import { TEST_MASTERS } from '../../support/targets.ts';
import { useEngine } from '../../support/use-engine.ts';

const NOON = Date.parse('2026-11-22T19:00:00.000Z');
const HOUR = 3_600_000;

const engine = useEngine();
const time = { now: NOON };
const sent: SendMessage[] = [];
let pong: () => Promise<PingAnswer>;
let app: TestApp;

const ADDRESSES: Record<string, readonly string[]> = {
  'hooks.example.com': ['93.184.216.34'],
  'other.example.com': ['2606:2800:220:1:248:1893:25c8:1946'],
  'inside.example.com': ['93.184.216.34', '10.0.0.7'],
};

const sender = {
  hint: async (message: SendMessage) => void sent.push(message),
  ping: async (message: SendMessage) => {
    sent.push(message);
    return pong();
  },
};

const options = () => ({
  endpoint: engine.endpoint,
  clock: () => time.now,
  sender,
  resolve: async (host: string) => ADDRESSES[host] ?? [],
});

beforeAll(async () => {
  app = await startApp(options());
});

beforeEach(() => {
  time.now = NOON;
  sent.length = 0;
});

const PATH = '/in/path-that-is-secret?token=query-that-is-secret';
const TARGET = `https://hooks.example.com${PATH}`;
const least = { name: 'An agent', url: TARGET };

type Made = Record<string, unknown> & { subscription_id: string };

const make = async (form: object = {}, base = ''): Promise<Made> => {
  const { status, body } = await app.manage('POST', `${base}/subscriptions`, { body: { ...least, ...form } });
  expect([status, body]).toEqual([201, body]);
  return { ...body, subscription_id: String(body.subscription_id) };
};

const change = (id: string, body: object, rev: number | string = 1): Promise<Answer> =>
  app.manage('PATCH', `/subscriptions/${id}`, { body, rev });

const ask = (id: string, what: string, { body = {}, rev = 1 }: Managed = {}): Promise<Answer> =>
  app.manage('POST', `/subscriptions/${id}/${what}`, { body, rev });

const remove = (id: string, change: Managed = {}): Promise<Answer> =>
  app.manage('DELETE', `/subscriptions/${id}`, change);

const typeOf = ({ status, body }: Answer) => [status, String(body.type).split(':').at(-1)];

/** The fields that are named as wrong. */
const wrongOf = ({ status, body }: Answer): unknown => {
  expect(status).toBe(400);
  return (body.errors as { path: string }[]).map(({ path }) => path);
};

const rowOf = async (id: string): Promise<SubscriptionRow> => {
  const row = await getSubscription({ table: app.events.table, signal: AbortSignal.timeout(10_000) }, id);
  if (row === null) throw new Error('expected a row');
  return row;
};

const targetOf = async (id: string) => openTarget(await rowOf(id), TEST_MASTERS);
const keysOf = async (id: string) => signingKeys(await rowOf(id), TEST_MASTERS, time.now);

/** The key that an answer shows, as a receiver of Standard Webhooks reads it. */
const keyShown = (secret: unknown): Buffer => {
  expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  return Buffer.from(String(secret).slice('whsec_'.length), 'base64');
};

/** Writes how the target is doing, as its lane does. */
const lane = async (id: string, state: Partial<SubscriptionRow>): Promise<void> => {
  const place = { table: app.events.table, signal: AbortSignal.timeout(10_000) };
  const before = await rowOf(id);
  await writeState(place, before, { ...before, ...state });
};

describe('a new subscription', () => {
  it('is answered with its row, and once with its key', async () => {
    const { subscription_id, secret, ...row } = await make();
    expect(subscription_id).toMatch(/^sub_[A-Za-z0-9_-]{22}$/);
    expect(row).toEqual({
      tenant_id: 'default',
      name: 'An agent',
      kind: 'https',
      url: 'https://hooks.example.com/…',
      header_names: [],
      filter: expect.objectContaining({ connections: [], projects: [], except_actors: [] }),
      ...{ format: 'event', signature: 'standard', priority: 'normal', concurrency: 10 },
      ...{ rate_per_second: null, timeout_seconds: 15, retry: 'default' },
      ...{ status: 'active', status_reason: null, status_at: '2026-11-22T19:00:00.000Z' },
      ...{ next_probe_at: null, failed_attempts_in_a_row: 0 },
      ...{ matches_since: '2026-11-22T19:00:00.000Z', rev: 1, updated_by: 'local', warnings: [] },
      ...{ created_at: '2026-11-22T19:00:00.000Z', updated_at: '2026-11-22T19:00:00.000Z' },
    });
    expect(await targetOf(subscription_id)).toEqual({ url: TARGET, headers: {} });
    expect(await keysOf(subscription_id)).toEqual({ current: keyShown(secret), previous: null });
  });

  it('signs with the key of its receiver, which is never answered', async () => {
    const bytes = Buffer.from('a key that its receiver made');
    const base64 = bytes.toString('base64');
    for (const [form, current] of [
      [{ secret: `whsec_${base64}` }, bytes],
      [{ secret: base64, secret_encoding: 'base64' }, bytes],
      [{ secret: base64, signature: 'hub-sha256', secret_encoding: 'base64', format: 'raw' }, bytes],
      [{ secret: base64, signature: 'hub-sha256' }, Buffer.from(base64)],
    ] as const) {
      const { subscription_id, secret } = await make(form);
      expect(secret).toBeNull();
      expect(await keysOf(subscription_id)).toEqual({ current, previous: null });
    }
  });

  it('has no key where nothing is signed, and says so', async () => {
    const { subscription_id, secret, warnings } = await make({ signature: 'none' });
    expect(secret).toBeNull();
    expect(warnings).toEqual([expect.stringContaining('signature none')]);
    expect(await keysOf(subscription_id)).toBeNull();
  });

  it('warns where raw bytes are chosen, because e-mail addresses are in them', async () => {
    const { subscription_id, warnings } = await make({ format: 'raw' });
    expect(warnings).toEqual([expect.stringContaining('e-mail addresses')]);
    expect((await change(subscription_id, { format: 'event' })).body.warnings).toEqual([]);
    expect((await change(subscription_id, { format: 'raw' }, 2)).body.warnings).toEqual(warnings);
  });

  it.each([
    ['http://hooks.example.com/', /https:\/\//],
    ['https://hooks.example.com:80/', /port 80/],
    ['https://me:pass@hooks.example.com/', /user or password/],
    ['https://10.1.2.3/path-that-is-secret', /10\.1\.2\.3.*no public address/],
    ['https://[::ffff:169.254.169.254]/', /no public address/],
    ['https://inside.example.com/path-that-is-secret', /inside\.example\.com.*10\.0\.0\.7/],
    ['https://nowhere.example.com/', /nowhere\.example\.com has none/],
    ['hooks.example.com', /must be a URL/],
  ])('is refused to %s, with what to do and nothing of the path', async (url, words) => {
    const refused = await app.manage('POST', '/subscriptions', { body: { ...least, url } });
    expect(wrongOf(refused)).toEqual(['url']);
    expect(refused.body.detail).toMatch(words);
    expect(JSON.stringify(refused.body)).not.toMatch(/is-secret|me:pass/);
    const { subscription_id } = await make();
    expect(wrongOf(await change(subscription_id, { url }))).toEqual(['url']);
    expect(await targetOf(subscription_id)).toEqual({ url: TARGET, headers: {} });
  });

  it('names each header that may not be sent, and no value of one', async () => {
    const headers = {
      ...{ Host: 'x', 'Content-Type': 'x', 'WEBHOOK-id': 'x', 'x-hub-signature-256': 'x', 'a b': 'x' },
      ...{ 'X-Token': 'two\r\nlines-that-are-secret', 'X-Good': 'good', 'Transfer-Encoding': 'chunked' },
    };
    const refused = await app.manage('POST', '/subscriptions', { body: { ...least, headers } });
    const named = Object.keys(headers).filter((name) => name !== 'X-Good');
    expect(wrongOf(refused)).toEqual(named.map((name) => `headers.${name}`));
    expect(JSON.stringify(refused.body)).not.toContain('are-secret');
  });

  it('needs a master, and says how one is made', async () => {
    const bare = openApp({
      ...options(),
      tableName: app.events.table.name,
      env: { CONNECTIONS_MASTERS: '{}' },
    });
    const refused = await bare.manage('POST', '/subscriptions', { body: { ...least, signature: 'none' } });
    expect(typeOf(refused)).toEqual([409, 'no-master']);
    expect(refused.body.detail).toContain('npm run connections -- init');
  });
});

describe('a change', () => {
  it('keeps the URL and the headers that it leaves out, because nobody can read them to send them again', async () => {
    const headers = { 'X-Token': 'value-that-is-secret' };
    const { subscription_id: id } = await make({ headers });
    expect((await change(id, { name: 'renamed', concurrency: 3 })).body).toMatchObject({
      ...{ name: 'renamed', concurrency: 3, header_names: ['X-Token'], rev: 2 },
      url: 'https://hooks.example.com/…',
    });
    expect(await targetOf(id)).toEqual({ url: TARGET, headers });
    const moved = 'https://other.example.com/else';
    const answer = (await change(id, { url: moved }, 2)).body;
    expect(answer.url).toBe('https://other.example.com/…');
    expect(answer.warnings).toEqual([
      expect.stringMatching(/X-Token.*sent to https:\/\/other\.example\.com/),
    ]);
    expect(await targetOf(id)).toEqual({ url: moved, headers });
    expect((await change(id, { headers: { 'X-Else': 'b' } }, 3)).body.header_names).toEqual(['X-Else']);
    expect(await targetOf(id)).toEqual({ url: moved, headers: { 'X-Else': 'b' } });
    expect((await change(id, { headers: {} }, 4)).body.header_names).toEqual([]);
    expect((await rowOf(id)).target.version).toBe(4);
  });

  it('needs no master of before where it names both, because that may be lost', async () => {
    const { subscription_id: id } = await make({ headers: { 'X-A': '1' } });
    const masters = { connections_master_2: 'cd'.repeat(32) };
    const later = openApp({
      ...options(),
      tableName: app.events.table.name,
      env: { CONNECTIONS_MASTERS: JSON.stringify(masters) },
    });
    const patch = (body: object) => later.manage('PATCH', `/subscriptions/${id}`, { body, rev: 1 });
    expect(typeOf(await patch({ url: TARGET }))).toEqual([503, 'temporarily-unavailable']);
    expect(typeOf(await patch({ headers: {} }))).toEqual([503, 'temporarily-unavailable']);
    expect((await patch({ url: TARGET, headers: {} })).status).toBe(200);
    expect((await rowOf(id)).target).toMatchObject({ master: 2, version: 2 });
  });

  it('replaces each list of the filter that it names, and then matches no history', async () => {
    const { subscription_id: id } = await make({ filter: { projects: ['ops', 'OPS'], labels: ['a'] } });
    time.now += HOUR;
    const { body } = await change(id, { filter: { projects: ['SHOP'], event_types: ['new:*'] } });
    expect(body).toMatchObject({
      filter: { projects: ['SHOP'], labels: ['a'], event_types: ['new:*'], sources: [] },
      matches_since: new Date(time.now).toISOString(),
    });
    time.now += HOUR;
    const same = await change(id, { filter: { projects: ['shop'] }, name: 'the same filter' }, 2);
    expect(same.body).toMatchObject({ rev: 3, matches_since: body.matches_since });
    expect((await change(id, { filter: { labels: [] } }, 3)).body).toMatchObject({
      filter: { labels: [] },
      matches_since: new Date(time.now).toISOString(),
    });
  });

  it('of the signature makes the first key and no second one, and a key that rests comes back', async () => {
    const { subscription_id: id } = await make({ signature: 'none' });
    const signed = await change(id, { signature: 'standard' });
    const key = keyShown(signed.body.secret);
    expect(await keysOf(id)).toEqual({ current: key, previous: null });
    expect((await change(id, { signature: 'none' }, 2)).body).toMatchObject({
      ...{ signature: 'none', secret: null },
    });
    const again = await change(id, { signature: 'hub-sha256' }, 3);
    expect(again.body.secret).toMatchObject({ version: 1 });
    expect(await keysOf(id)).toEqual({ current: key, previous: null });
  });

  it('needs the newest revision, and one that does something', async () => {
    const { subscription_id: id } = await make();
    const bare = await app.manage('PATCH', `/subscriptions/${id}`, { body: { name: 'x' } });
    expect(typeOf(bare)).toEqual([428, 'revision-required']);
    expect(typeOf(await change(id, { name: 'x' }, 2))).toEqual([409, 'stale-revision']);
    expect(wrongOf(await change(id, {}))).toEqual(['']);
    const answers = await Promise.all([1, 2, 3, 4].map((n) => change(id, { name: `name ${n}` })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
  });

  it('does not undo what the lane writes, nor the lane what it writes', async () => {
    const { subscription_id: id } = await make();
    await lane(id, { failed_in_a_row: 3 });
    expect((await change(id, { name: 'beside' })).body).toMatchObject({ failed_attempts_in_a_row: 3 });
    await lane(id, { failed_in_a_row: 4 });
    expect(await rowOf(id)).toMatchObject({ name: 'beside', failed_in_a_row: 4, rev: 2, state_rev: 3 });
  });
});

describe('what people say of a target', () => {
  it('is paused with a reason, and resumed from whatever it is, with a hint to its lane', async () => {
    const { subscription_id: id } = await make();
    const paused = await ask(id, 'pause', { body: { reason: 'a release' } });
    expect(paused.body).toMatchObject({ status: 'paused', status_reason: 'a release', rev: 2 });
    expect(sent).toEqual([]);
    for (const status of ['open', 'disabled'] as const) {
      await lane(id, { status, failed_in_a_row: 9, opened_ms: NOON, next_probe_ms: NOON, probes: 4 });
      const { rev } = await rowOf(id);
      const resumed = await ask(id, 'resume', { rev });
      expect(resumed.body).toMatchObject({ status: 'active', status_reason: null, rev: rev + 1 });
      expect(await rowOf(id)).toMatchObject({ failed_in_a_row: 0, opened_ms: null, probes: 0, width: null });
      const hint = { task: 'send', tenant_id: 'default', subscription_id: id, execution_ids: [] };
      expect(sent.splice(0)).toEqual([hint]);
    }
  });

  it('holds against a lane that writes meanwhile', async () => {
    const { subscription_id: id } = await make();
    const busy = (async () => {
      for (let n = 1; n <= 5; n += 1) await lane(id, { failed_in_a_row: n });
    })();
    const { status } = await ask(id, 'pause');
    await busy;
    expect([status, (await rowOf(id)).status]).toEqual([200, 'paused']);
  });

  it('is deleted: then it is as unknown as any, and its lane is woken to cancel what waits', async () => {
    const { subscription_id: id } = await make();
    await change(id, { name: 'second' });
    expect(typeOf(await remove(id, { rev: 1 }))).toEqual([409, 'stale-revision']);
    const gone = await remove(id);
    expect([gone.status, gone.body]).toEqual([204, {}]);
    expect(sent).toMatchObject([{ task: 'send', subscription_id: id }]);
    expect(await rowOf(id)).toMatchObject({ status: 'deleted', rev: 3 });
    const answers = [
      await change(id, { name: 'x' }, 3),
      await remove(id),
      await ask(id, 'pause', { rev: 3 }),
      await ask(id, 'resume', { rev: 3 }),
      await ask(id, 'rotate', { rev: 3 }),
      await ask(id, 'test'),
      await ask(id, 'match', { body: { event_id: `evt_${'0'.repeat(40)}` } }),
    ];
    for (const answer of answers) expect(typeOf(answer)).toEqual([404, 'not-found']);
  });
});

describe('a rotation', () => {
  it('signs with both keys until the grace is over, and answers the new one once', async () => {
    const { subscription_id: id, secret } = await make();
    const { body } = await ask(id, 'rotate', { body: { grace_hours: 2 } });
    const [before, after] = [keyShown(secret), keyShown(body.secret)];
    expect(after).not.toEqual(before);
    expect(await keysOf(id)).toEqual({ current: after, previous: before });
    expect(typeOf(await ask(id, 'rotate', { rev: 2 }))).toEqual([409, 'rotation-under-way']);
    time.now += 2 * HOUR;
    expect(await keysOf(id)).toEqual({ current: after, previous: null });
    expect((await ask(id, 'rotate', { rev: 2 })).status).toBe(200);
    const forced = await ask(id, 'rotate', { body: { force: true, grace_hours: 0 }, rev: 3 });
    expect(await keysOf(id)).toEqual({ current: keyShown(forced.body.secret), previous: null });
  });

  it('takes the next key of its receiver, in the encoding of the one before unless another is named', async () => {
    const { subscription_id: id } = await make({ signature: 'hub-sha256', secret: 'first of theirs' });
    const { body } = await ask(id, 'rotate', { body: { secret: 'c2Vjb25kIG9mIHRoZWlycw==' } });
    expect(body.secret).toBeNull();
    expect(await keysOf(id)).toEqual({
      current: Buffer.from('c2Vjb25kIG9mIHRoZWlycw=='),
      previous: Buffer.from('first of theirs'),
    });
    const third = { secret: 'no base64', secret_encoding: 'base64', force: true };
    expect(wrongOf(await ask(id, 'rotate', { body: third, rev: 2 }))).toEqual(['secret']);
  });

  it('is refused where nothing is signed, because no key is there to renew', async () => {
    const { subscription_id: id } = await make({ signature: 'none' });
    expect(typeOf(await ask(id, 'rotate'))).toEqual([409, 'wrong-status']);
  });
});

describe('a test of a target', () => {
  const answer: PingAnswer = {
    status: 401,
    duration_ms: 12,
    error: 'answered 401',
    response_headers: { server: 'x' },
    response_body: 'who are you?',
  };

  it('answers what came back, whatever the status of the subscription', async () => {
    const { subscription_id: id } = await make();
    await ask(id, 'pause');
    pong = async () => answer;
    const { status, body } = await ask(id, 'test');
    expect([status, body]).toEqual([200, answer]);
    expect(sent).toEqual([{ task: 'ping', tenant_id: 'default', subscription_id: id }]);
  });

  it('is answered 503 when what sends does not answer, because nothing is known of the target then', async () => {
    const { subscription_id: id } = await make();
    pong = () => Promise.reject(new UnavailableError('send function', new Error('down')));
    expect(typeOf(await ask(id, 'test'))).toEqual([503, 'temporarily-unavailable']);
  });
});

describe('whether an event matches', () => {
  const body = JSON.stringify({
    timestamp: NOON,
    webhookEvent: 'jira:issue_updated',
    user: { accountId: 'agent-1', displayName: 'Agent' },
    issue: {
      id: '501',
      key: 'OPS-1',
      fields: { updated: '2026-11-22T19:00:00.000+0000', project: { key: 'OPS' } },
    },
  });

  it('is said with the rule that decides, and of no other tenant’s event', async () => {
    const { subscription_id: id } = await make({ filter: { event_types: ['jira:issue_*'] } });
    const { event_id } = (await app.deliver(body)).body;
    const matches = async (subscription: string) =>
      (await ask(subscription, 'match', { body: { event_id } })).body;
    expect(await matches(id)).toEqual({ subscription_id: id, event_id, matches: true, rule: null });
    await ask(id, 'pause');
    expect(await matches(id)).toMatchObject({ matches: true });
    await change(id, { filter: { except_actors: ['agent-1'] } }, 2);
    expect(await matches(id)).toMatchObject({ matches: false, rule: 'except_actors' });
    await change(id, { filter: { projects: ['SHOP'] } }, 3);
    expect(await matches(id)).toMatchObject({ matches: false, rule: 'projects' });
    time.now += 1;
    const { subscription_id: later } = await make();
    expect(await matches(later)).toMatchObject({ matches: false, rule: 'matches_since' });
    const { subscription_id: theirs } = await make({}, '/t/retail');
    const path = `/t/retail/subscriptions/${theirs}/match`;
    const other = await app.manage('POST', path, { body: { event_id } });
    expect([...typeOf(other), other.body.detail]).toEqual([
      404,
      'not-found',
      'No event with this id is known.',
    ]);
  });
});

describe('a subscription of another tenant', () => {
  it('is as unknown as any by every route, and stays as it is', async () => {
    const { subscription_id: id } = await make({}, '/t/retail');
    const { event_id } = { event_id: `evt_${'0'.repeat(40)}` };
    const answers = [
      await change(id, { name: 'theirs' }),
      await remove(id),
      await ask(id, 'pause'),
      await ask(id, 'resume'),
      await ask(id, 'rotate'),
      await ask(id, 'test'),
      await ask(id, 'match', { body: { event_id } }),
    ];
    for (const answer of answers) {
      expect(typeOf(answer)).toEqual([404, 'not-found']);
      expect(answer.body.detail).toBe('No subscription with this id is known.');
    }
    expect(sent).toEqual([]);
    expect(await rowOf(id)).toMatchObject({ rev: 1, tenant_id: 'retail', status: 'active' });
  });
});

describe('nothing secret of a subscription', () => {
  it('is in an answer but its own, in an audit event or in the log', async () => {
    const headers = { Authorization: 'Bearer value-that-is-secret' };
    const made = await make({ headers, secret: 'a-key-that-is-secret', signature: 'hub-sha256' });
    const { subscription_id: id } = made;
    const answers: unknown[] = [made];
    const step = async (what: string, managed: Managed) => {
      time.now += 1;
      const answer = await (what === 'change'
        ? app.manage('PATCH', `/subscriptions/${id}`, managed)
        : ask(id, what, managed));
      expect(answer.status).toBe(200);
      answers.push(answer.body);
    };
    await step('change', { body: { url: `${TARGET}&more=1`, name: 'seen' }, rev: 1 });
    await step('rotate', { body: { secret: 'next-key-that-is-secret' }, rev: 2 });
    await step('pause', { body: { reason: 'for a while' }, rev: 3 });
    await step('resume', { rev: 4 });
    time.now += 1;
    await remove(id);
    const { body } = await app.get('/events?source=admin&date=2026-11-22&limit=100');
    const bodies = await Promise.all(
      (body.events as { event_id: string }[]).map(({ event_id }) => app.download(`/bodies/${event_id}`)),
    );
    const said = bodies
      .map(({ bytes }) => JSON.parse(bytes.toString()))
      .filter(({ subscription_id }) => subscription_id === id)
      .toSorted((a, b) => a.rev - b.rev);
    expect(said.map(({ who, what, rev }) => [who, what, rev])).toEqual([
      ['local', 'subscription-created', 1],
      ['local', 'subscription-changed', 2],
      ['local', 'subscription-rotated', 3],
      ['local', 'subscription-paused', 4],
      ['local', 'subscription-resumed', 5],
      ['local', 'subscription-removed', 6],
    ]);
    const all = JSON.stringify([answers, said, app.lines]);
    expect(all).toContain('https://hooks.example.com/…');
    expect(all).not.toContain('is-secret');
    expect(all).not.toMatch(/"(?:sealed|master|current|previous)":/);
  });
});
