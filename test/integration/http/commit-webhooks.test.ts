import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMMIT_SOURCES, type CommitSource } from '../../../src/domain/source.ts';
import { SENDERS } from '../../../src/senders/registry.ts';
import { getEvent } from '../../../src/store/events/read-events.ts';
import { type Answer, COMMIT_SECRETS, proofOf, SECRET, sign, type TestApp } from '../../support/app.ts';
import { commitDelivery, pushType } from '../../support/commit-deliveries.ts';
import { type Dependencies, incompressible, startDependencies } from '../../support/dependencies.ts';

const PROBLEM = 'urn:jira-webhook-sync:problem:';
/** One that is on, and whose secret is another. */
const otherThan = (source: CommitSource): CommitSource => (source === 'commits' ? 'bitbucket' : 'commits');

const HOSTS = COMMIT_SOURCES.filter((source) => source !== 'commits');

let world: Dependencies;
let app: TestApp;
/** The same app on the same table with other settings. */
let open: (env: NodeJS.ProcessEnv) => TestApp;

beforeAll(async () => {
  world = await startDependencies();
  app = world.reader;
  open = (await world.behindProxy()).open;
});

afterAll(() => world.close());

const eventOf = async (answer: Answer) => (await app.get(`/events/${answer.body.event_id}`)).body;

const stored = (answer: Answer) =>
  getEvent({ ...app.events, signal: AbortSignal.timeout(10_000) }, String(answer.body.event_id), Date.now());

const expectProblem = (answer: Answer, status: number, type: string): void => {
  expect([answer.status, answer.body.status, answer.body.type]).toEqual([status, status, PROBLEM + type]);
  expect(answer.headers['content-type']).toBe('application/problem+json');
};

describe.each(COMMIT_SOURCES)('POST /webhooks/%s', (source) => {
  it('quarantines a body in gzip and names its encoding, whatever the header beside it says', async () => {
    const body = gzipSync(commitDelivery(source));
    const headers = { 'Content-Encoding': 'gzip' };
    const first = await app.deliverCommits(source, body, { headers });
    const again = await app.deliverCommits(source, body);
    expectProblem(first, 400, 'body-not-json');
    expect(first.body.detail).toContain('"Content-Encoding: gzip"');
    expect(again.body).toMatchObject({ detail: first.body.detail, event_id: first.body.event_id });
    expect((await stored(first))?.raw?.equals(body)).toBe(true);
  });

  it.each(['gzip', 'GZIP', 'x-gzip, br', 'identity', ''])(
    'takes plain JSON under Content-Encoding "%s", because nobody signed the header',
    async (encoding) => {
      const headers = { 'Content-Encoding': encoding };
      const { status } = await app.deliverCommits(source, commitDelivery(source), { headers });
      expect(status).toBe(202);
    },
  );

  it('takes a new delivery as one event, which GET /events/{id} then shows', async () => {
    const body = commitDelivery(source);
    const answer = await app.deliverCommits(source, body);
    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({
      status: 'accepted',
      outcome: 'recorded',
      event_id: expect.stringMatching(/^evt_[0-9a-f]{40}$/),
      idempotency_key: expect.stringMatching(/^[0-9a-f]{64}$/),
      issue_key: null,
      run_id: expect.stringMatching(/^[0-9A-HJKMNP-TV-Z]{26}$/),
      received_at: expect.stringMatching(/-07:00$/),
    });
    expect(await eventOf(answer)).toMatchObject({
      source,
      event_type: pushType(source),
      outcome: 'recorded',
      issue_id: null,
      issue_key: null,
      problem: null,
    });
    expect((await stored(answer))?.raw).toEqual(Buffer.from(body));
  });

  it('writes once, because a delivery of commits changes nothing but its event', async () => {
    const { dependency, open: openBehind } = await world.behindProxy();
    expect((await openBehind().deliverCommits(source, commitDelivery(source))).status).toBe(202);
    expect(dependency.seen.map(({ operation }) => operation)).toEqual(['PutItem']);
  });

  it('knows the same bytes again, under whatever identifier and event', async () => {
    const body = commitDelivery(source);
    const first = await app.deliverCommits(source, body, { identifier: 'one' });
    const again = await app.deliverCommits(source, body, { identifier: 'two', event: 'another' });
    expect([again.status, again.body.status, again.body.outcome]).toEqual([200, 'duplicate', 'duplicate']);
    expect(again.body.event_id).toBe(first.body.event_id);
    expect((await eventOf(first)).event_type).toBe(pushType(source));
  });

  it('refuses what is not signed with its own secret, because nobody we know sent it', async () => {
    const body = commitDelivery(source);
    const signatures = [
      { signature: null },
      { signature: '' },
      { signature: 'sha256=00' },
      { signature: `sha1=${'0'.repeat(40)}` },
      { signature: `${proofOf(source, body).value} ` },
      { secret: SECRET },
      { secret: COMMIT_SECRETS[otherThan(source)] },
      { secret: 'another' },
    ];
    for (const signature of signatures)
      expectProblem(await app.deliverCommits(source, body, signature), 401, 'signature-refused');
    expect((await app.deliverCommits(source, body)).status).toBe(202);
  });

  it('sets aside what is signed and no JSON, and answers it the same again', async () => {
    const body = `{"half of a push to ${source}`;
    const first = await app.deliverCommits(source, body);
    const again = await app.deliverCommits(source, body);
    expectProblem(first, 400, 'body-not-json');
    const { run_id: _first, received_at: _then, ...kept } = first.body;
    expect(again.body).toMatchObject(kept);
    expect(again.status).toBe(400);
    expect(await eventOf(first)).toMatchObject({ source, outcome: 'quarantined', event_type: null });
    expect((await stored(first))?.raw).toEqual(Buffer.from(body));
  });

  it('sets aside an empty body', async () => {
    expectProblem(await app.deliverCommits(source, ''), 400, 'body-not-json');
  });

  it('sets aside JSON that is no delivery of commits, and names paths without values', async () => {
    const body = `{"repository":7,"commits":["canary of ${source}"],"push":{"changes":["canary"]}}`;
    const first = await app.deliverCommits(source, body);
    const again = await app.deliverCommits(source, body);
    expectProblem(first, 422, 'not-a-commit-delivery');
    const path = source === 'gitlab' ? 'project' : 'repository';
    expect(first.body.errors).toContainEqual({ path, message: expect.any(String) });
    expect([again.status, again.body.event_id, again.body.errors]).toEqual([
      422,
      first.body.event_id,
      first.body.errors,
    ]);
    expect(JSON.stringify([first.body, (await eventOf(first)).problem])).not.toContain('canary');
  });

  it('sets aside an empty object, because no host sends that either', async () => {
    expectProblem(await app.deliverCommits(source, '{}'), 422, 'not-a-commit-delivery');
  });

  it('sets aside an event whose repository is none, whatever else it lists, because no host sends that', async () => {
    const answer = await app.deliverCommits(source, `{"repository":7,"commits":"canary of ${source}"}`);
    expectProblem(answer, 422, 'not-a-commit-delivery');
    expect(answer.body.errors).toContainEqual({ path: 'repository', message: expect.any(String) });
  });

  it('refuses a body over the limit unread, and says so to whoever watches', async () => {
    const small = open({ MAX_BODY_BYTES: '100' });
    expectProblem(
      await small.deliverCommits(source, 'x'.repeat(101), { signature: null }),
      413,
      'body-too-large',
    );
    expect(small.lines).toContainEqual(expect.objectContaining({ alarm: 'body-too-large' }));
  });

  it('keeps a body apart that no item holds, because only the limit in the settings is one', async () => {
    const body = commitDelivery(source, incompressible(600_000));
    const answer = await app.deliverCommits(source, body);
    expect(answer.status).toBe(202);
    expect(await stored(answer)).toMatchObject({ raw: null, event: { raw_stored_apart: true } });
    const signal = AbortSignal.timeout(10_000);
    const raw = await app.events.rawBodies.get(String(answer.body.event_id), signal);
    expect(raw && Buffer.from(raw).equals(Buffer.from(body))).toBe(true);
  });

  it('refuses another address, but lets a signed delivery come again, while ops look', async () => {
    const guarded = open({ ALLOWED_CIDRS: '192.0.2.0/24' });
    const body = commitDelivery(source);
    expectProblem(await guarded.deliverCommits(source, body, { secret: 'x' }), 403, 'address-not-allowed');
    const signed = await guarded.deliverCommits(source, body);
    expectProblem(signed, 503, 'temporarily-unavailable');
    expect(signed.headers['retry-after']).toBe('30');
    expect(guarded.lines).toContainEqual(expect.objectContaining({ alarm: 'address-refused' }));
  });

  it('is 503 while the table is down and takes the same bytes later', async () => {
    const { dependency, open: openBehind } = await world.behindProxy();
    const body = commitDelivery(source);
    await dependency.refuse();
    const down = await openBehind().deliverCommits(source, body);
    expectProblem(down, 503, 'temporarily-unavailable');
    expect(down.headers['retry-after']).toBe('30');
    await dependency.accept();
    expect((await openBehind().deliverCommits(source, body)).status).toBe(202);
  });

  it('keeps aside what the table refuses as an item, because a 4xx would lose it and a 5xx never end', async () => {
    const { dependency, open: openBehind } = await world.behindProxy();
    dependency.fail({ kind: 'error', status: 400, type: 'ValidationException' }, { times: 1 });
    const spoiled = openBehind();
    const answer = await spoiled.deliverCommits(source, commitDelivery(source));
    expectProblem(answer, 422, 'stored-for-repair');
    expect(await eventOf(answer)).toMatchObject({ source, outcome: 'quarantined' });
    expect(spoiled.lines).toContainEqual(expect.objectContaining({ alarm: 'item-refused' }));
  });

  it('answers another method with what is allowed', async () => {
    const answer = await app.get(`/webhooks/${source}`);
    expectProblem(answer, 405, 'method-not-allowed');
    expect(answer.headers.allow).toBe('POST');
  });

  it('is an unknown path without a secret, whatever is sent, because then the source is off', async () => {
    const off = open({ [`${source.toUpperCase()}_WEBHOOK_SECRET`]: undefined, MAX_BODY_BYTES: '100' });
    const unknown = await off.get('/webhooks/gitea');
    const answers = [
      await off.deliverCommits(source, '{}'),
      await off.deliverCommits(source, '{}', { signature: null }),
      await off.deliverCommits(source, 'x'.repeat(101)),
      await off.get(`/webhooks/${source}`),
    ];
    for (const answer of answers) {
      expectProblem(answer, 404, 'not-found');
      expect(answer.body.detail).toBe(unknown.body.detail);
      expect(answer.headers).toEqual(unknown.headers);
    }
    expect((await off.deliverCommits(otherThan(source), '{')).status).toBe(400);
  });

  it('logs one line for each delivery with its source, and no text of a payload', async () => {
    const watched = open({ LOG_LEVEL: 'trace' });
    const body = commitDelivery(source, 'canary of the message');
    const first = await watched.deliverCommits(source, body, { identifier: 'canary@example.com' });
    await watched.deliverCommits(source, body, { secret: 'canary' });
    await watched.deliverCommits(source, `{"canary":"${source}"}`, { event: 'canary@example.com' });
    expect(watched.lines).toMatchObject([
      {
        msg: 'delivery',
        level: 30,
        source,
        run_id: first.body.run_id,
        event_id: first.body.event_id,
        event_type: pushType(source),
        event_known: true,
        issue_key: null,
        outcome: 'recorded',
        status: 202,
        secret: `${source.toUpperCase()}_WEBHOOK_SECRET`,
      },
      { level: 40, source, event_type: null, outcome: 'signature-refused', status: 401, secret: null },
      { source, event_type: null },
    ]);
    const text = JSON.stringify(watched.lines);
    expect(text).not.toMatch(/canary|@/);
    expect(text).not.toContain(sign(body, COMMIT_SECRETS[source]).slice('sha256='.length));
  });
});

describe('what a source calls a delivery', () => {
  it.each(HOSTS)('by its own identifier, for %s', async (source) => {
    const named = await app.deliverCommits(source, commitDelivery(source), { identifier: 'a-b-c' });
    expect(named.body.idempotency_key).toBe('a-b-c');
    expect((await eventOf(named)).idempotency_key).toBe('a-b-c');
  });

  it('is the hash of the body where it names none, or under a name that is not its own', async () => {
    const headers = {
      'X-Request-UUID': 'x',
      'X-GitHub-Delivery': 'x',
      'X-Gitlab-Event-UUID': 'x',
      'X-Request-Id': 'x',
      'X-Atlassian-Webhook-Identifier': 'x',
    };
    for (const source of COMMIT_SOURCES) {
      const others = Object.fromEntries(
        Object.entries(headers).filter(([name]) => name.toLowerCase() !== SENDERS[source].headers.identifier),
      );
      const answer = await app.deliverCommits(source, commitDelivery(source), { headers: others });
      expect(answer.body.idempotency_key).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});

describe('which event header is kept with an event', () => {
  it('is the own one of a source, because a replay calls it the same', async () => {
    const pullRequest = { repository: { full_name: 'acme/shop' }, pull_request: {}, pullrequest: {} };
    const body = JSON.stringify(pullRequest);
    const github = await app.deliverCommits('github', body, {
      event: 'pull_request',
      headers: { 'X-Event-Key': 'repo:push' },
    });
    const bitbucket = await app.deliverCommits('bitbucket', body, {
      event: 'pullrequest:created',
      headers: { 'X-GitHub-Event': 'push' },
    });
    expect((await stored(github))?.event.event_name).toBe('pull_request');
    expect((await stored(bitbucket))?.event.event_name).toBe('pullrequest:created');
  });

  it('is none for commits and for Jira, whatever is sent', async () => {
    const commits = await app.deliverCommits('commits', commitDelivery('commits'), {
      headers: { 'X-GitHub-Event': 'push', 'X-Event-Key': 'repo:push' },
    });
    const jira = await app.deliver('{"webhookEvent":"sprint_started","sprint":{"id":4711}}');
    expect((await stored(commits))?.event.event_name).toBeNull();
    expect((await stored(jira))?.event.event_name).toBeNull();
  });

  it('is cut at 200 characters, because nobody signed it', async () => {
    const answer = await app.deliverCommits('github', '{"a":"long name"}', { event: 'e'.repeat(4000) });
    expect((await stored(answer))?.event.event_name).toBe('e'.repeat(200));
  });

  it('is kept with a body that is set aside too', async () => {
    const answer = await app.deliverCommits('github', '["aside"]', { event: 'push' });
    expect(answer.status).toBe(422);
    expect((await stored(answer))?.event.event_name).toBe('push');
  });
});

describe('an unsigned header', () => {
  it.each(HOSTS)(
    'of %s decides nothing but the name, because the signed body says what it is',
    async (source) => {
      const body = commitDelivery(source);
      const answer = await app.deliverCommits(source, body, { event: 'star', identifier: 'forged' });
      expect(answer.status).toBe(202);
      expect(await eventOf(answer)).toMatchObject({ event_type: 'star', outcome: 'recorded' });
      expect(app.lines.at(-1)).toMatchObject({ event_type: 'star', event_known: true });
    },
  );

  it.each(HOSTS)(
    'of %s may be missing or bad, because a signed body is no worse without it',
    async (source) => {
      for (const event of [null, 'two words']) {
        const answer = await app.deliverCommits(source, commitDelivery(source), { event });
        expect(answer.status).toBe(202);
        expect((await eventOf(answer)).event_type).toBe(pushType(source));
      }
      const other = await app.deliverCommits(source, `{"nothing of":"${source}"}`, { event: null });
      expect(await eventOf(other)).toMatchObject({ event_type: 'unnamed', outcome: 'recorded' });
    },
  );

  it('does not make a ping of a push, because only GitHub itself is answered 200 for one', async () => {
    const push = await app.deliverCommits('github', commitDelivery('github'), { event: 'ping' });
    expect(push.status).toBe(202);
    const ping = await app.deliverCommits('github', '{"zen":"Speak like a human."}', { event: 'push' });
    expect(ping.status).toBe(200);
  });
});

describe('POST /webhooks/github', () => {
  it('answers a ping with 200, because that is how GitHub asks whether anybody is there', async () => {
    const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1 });
    const ping = await app.deliverCommits('github', body, { event: 'ping' });
    expect([ping.status, ping.body.status, ping.body.outcome]).toEqual([200, 'accepted', 'recorded']);
    expect(await eventOf(ping)).toMatchObject({ event_type: 'ping', outcome: 'recorded' });
    const again = await app.deliverCommits('github', body, { event: 'ping' });
    expect([again.status, again.body.status]).toEqual([200, 'duplicate']);
  });

  it('records an event it does not read, because the names are an open set', async () => {
    const watched = open({});
    const answer = await watched.deliverCommits('github', '{"action":"starred"}', { event: 'star' });
    expect([answer.status, answer.body.outcome]).toEqual([202, 'recorded']);
    expect(watched.lines.at(-1)).toMatchObject({ event_type: 'star', event_known: false });
  });

  it('ignores the SHA-1 signature beside the one that counts, because GitHub sends both', async () => {
    const headers = { 'X-Hub-Signature': `sha1=${'0'.repeat(40)}` };
    const answer = await app.deliverCommits('github', commitDelivery('github'), { headers });
    expect(answer.status).toBe(202);
  });

  it("refuses a good signature in Jira's header, because GitHub signs in its own", async () => {
    const body = commitDelivery('github');
    const headers = { 'X-Hub-Signature': sign(body, COMMIT_SECRETS.github) };
    const answer = await app.deliverCommits('github', body, { signature: null, headers });
    expectProblem(answer, 401, 'signature-refused');
  });
});

describe('POST /webhooks/bitbucket', () => {
  it("refuses a good signature in GitHub's header, because Bitbucket signs in its own", async () => {
    const body = commitDelivery('bitbucket');
    const headers = { 'X-Hub-Signature-256': sign(body, COMMIT_SECRETS.bitbucket) };
    const answer = await app.deliverCommits('bitbucket', body, { signature: null, headers });
    expectProblem(answer, 401, 'signature-refused');
  });
});

describe('the same bytes from several sources', () => {
  it('are an event each, because the source is part of what was proved', async () => {
    const body = '{"webhookEvent":"sprint_started","action":"the same everywhere"}';
    const jira = await app.deliver(body);
    const github = await app.deliverCommits('github', body, { event: 'sprint' });
    const bitbucket = await app.deliverCommits('bitbucket', body, { event: 'sprint' });
    const commits = await app.deliverCommits('commits', body);
    expect([jira.status, github.status, bitbucket.status, commits.status]).toEqual([202, 202, 202, 422]);
    const ids = [jira, github, bitbucket, commits].map((answer) => answer.body.event_id);
    expect(new Set(ids).size).toBe(4);
  });
});
