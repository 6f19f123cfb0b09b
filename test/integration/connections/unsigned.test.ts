import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { replayEvent } from '../../../src/ingest/replay.ts';
import { askedPartition } from '../../../src/store/calls/keys.ts';
import { type Answer, startApp, type TestApp } from '../../support/app.ts';
import { type Connected, change, connect } from '../../support/connected.ts';
import { scanTable, startCorrelation } from '../../support/correlation.ts';
import { useEngine } from '../../support/use-engine.ts';
import { runCli } from '../cli/run-cli.ts';

const engine = useEngine();

const RECEIVED = Date.parse('2026-11-20T17:10:00.000Z');

let app: TestApp;
let nowMs = RECEIVED;
beforeAll(async () => {
  app = await startApp({ endpoint: engine.endpoint, clock: () => nowMs });
});

let rule: Connected;
beforeEach(async () => {
  nowMs = RECEIVED;
  rule = await connect(app.events, OF_RULE);
});

const OF_RULE = {
  kind: 'automation',
  auth: 'header',
  tenant_id: 'default',
  site_url: 'https://acme.atlassian.net',
} as const;

const example = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../fixtures/automation', name), 'utf8');

const event = async ({ body }: Answer) => (await app.get(`/events/${body.event_id}`)).body;

const issue = async (id: string) => (await app.get(`/issues/${id}`)).body;

const idsAt = async (target: string) =>
  ((await app.get(target)).body.events as { event_id: string }[]).map(({ event_id }) => event_id);

let made = 0;
/** The id and key of an issue that no other test has. */
const fresh = () => {
  made += 1;
  return { id: String(500_000 + made), key: `OPS-${5_000 + made}` };
};

type Named = { id: string; key: string };

/** As "Issue data (Jira format)" shows it; `at`: seconds after 17:00. */
const whole = ({ id, key }: Named, at: number, summary = `at ${at}`, host = 'acme.atlassian.net') => ({
  self: `https://${host}/rest/api/2/issue/${id}`,
  id: Number(id),
  key,
  fields: {
    summary,
    description: 'known',
    labels: ['one'],
    issuetype: { name: 'Incident' },
    status: { name: 'Open' },
    project: { key: 'OPS' },
    created: '2026-11-20T16:00:00.000+0000',
    updated: new Date(Date.parse('2026-11-20T17:00:00.000Z') + at * 1_000).toISOString(),
  },
});

/** The native webhook's delivery of the same change. */
const native = (named: Named, at: number, webhookEvent = 'jira:issue_updated') =>
  JSON.stringify({
    webhookEvent,
    timestamp: Date.parse('2026-11-20T17:00:00.900Z') + at * 1_000,
    issue: whole(named, at, `native at ${at}`),
  });

describe('a body of a rule', () => {
  it.each([
    ['02-issue-data-jira-format.json', 'applied', 'SHOP-204', '20457'],
    ['03-issue-data-automation-format.json', 'applied', 'HELP-53', '30021'],
    ['04-jsm-legacy-webhook.json', 'applied', 'IT-4', '18020'],
    ['01-custom-as-in-the-seed.json', 'recorded', 'OPS-117', null],
    ['10-empty-strings.json', 'recorded', 'OPS-122', null],
    ['07-broken-line-breaks.txt', 'recorded', 'OPS-119', null],
  ])('%s is %s', async (name, outcome, issue_key, id) => {
    const body = example(name).replace('4f0c2a9e-0000-4000-8000-000000000001', 'default');
    const answer = await app.deliverTo(rule, body);
    expect(answer.body).toMatchObject({ status: 'accepted', outcome, issue_key });
    expect(await event(answer)).toMatchObject({ source: 'automation', outcome, issue_key });
    if (id !== null) expect(await issue(id)).toMatchObject({ issue_key, version: { timestamp_ms: 0 } });
    const asked = name.startsWith('10') ? '40122' : issue_key;
    expect(await idsAt(`/issues/${asked}/events`)).toContain(answer.body.event_id);
  });

  it('says in its answer and at its event how it was read, because a person looks there first', async () => {
    const answer = await app.deliverTo(rule, example('11-localized-dates.json'));
    const warnings = [
      'issue.fields.updated is no instant with a zone',
      'timestamp is no instant with a zone',
    ];
    expect(answer.body.warnings).toEqual(warnings);
    expect(await event(answer)).toMatchObject({ warnings, occurred_at: '2026-11-20T17:10:00.000Z' });
    const found = await app.get(`/events?date=2026-11-20&connection=${rule.connection.connection_id}`);
    expect(found.body.events).toMatchObject([{ event_id: answer.body.event_id, warnings }]);
  });

  it.each([
    ['06-broken-quotes.txt', 'OPS-118', '{{issue.summary.asJsonString}}'],
    ['08-broken-doubled-quotes.txt', 'OPS-120', 'asJsonString brings its own'],
    ['09-broken-empty-value.txt', 'OPS-121', 'displayName'],
  ])('%s is 400 with a hint, and kept under its key', async (name, key, hint) => {
    const answer = await app.deliverTo(rule, example(name));
    expect([answer.status, answer.body.hint]).toEqual([400, expect.stringContaining(hint)]);
    const again = await app.deliverTo(rule, example(name));
    expect([again.status, again.body.hint]).toEqual([400, answer.body.hint]);
    expect(await idsAt(`/issues/${key}/events`)).toEqual([answer.body.event_id]);
    expect(await event(answer)).toMatchObject({ issue_key: key, outcome: 'quarantined' });
    expect((await app.get(`/issues/${key}`)).status).toBe(404);
  });

  it('has the event type of its URL, else that of its connection', async () => {
    const { key } = fresh();
    const body = (n: number) => JSON.stringify({ issue_key: key, n });
    const typed = await app.deliverTo(rule, body(1), { query: 'event_type=jsm:work_item_created' });
    expect(await event(typed)).toMatchObject({ event_type: 'jsm:work_item_created' });
    const named = await connect(app.events, { ...OF_RULE, default_event_type: 'nightly' });
    expect(await event(await app.deliverTo(named, body(2)))).toMatchObject({ event_type: 'nightly' });
  });

  it('is two events under two event types or deliveries, and one when a proxy sends it again', async () => {
    const body = example('12-the-same-twice.json');
    const send = (query: string) => app.deliverTo(rule, body, { query });
    const answers = [
      await send('event_type=a'),
      await send('event_type=b'),
      await send('event_type=a&delivery=20261120171000001'),
      await send('event_type=a&delivery=20261120171000002'),
      await send('event_type=a&delivery=20261120171000002'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 200]);
    expect(new Set(answers.map(({ body }) => body.event_id)).size).toBe(4);
    expect(new Set(answers.map(({ body }) => body.execution_id)).size).toBe(4);
  });
});

describe('what nobody signed', () => {
  it('shrinks nothing: a listed body leaves snapshot and aliases as they are', async () => {
    const named = fresh();
    await app.deliver(native(named, 1));
    const before = await issue(named.id);
    const { self: _, ...listed } = whole(named, 60, 'shrunk');
    const bodies = [
      { issue: listed },
      { issue: { id: named.id, key: 'ELSE-1', fields: { updated: '2026-11-20T17:09:00.000Z' } } },
      { issue_key: named.key, summary: '' },
      { issue: whole(named, 60), webhookEvent: 'jira:issue_deleted' },
    ];
    for (const body of bodies)
      expect((await app.deliverTo(rule, JSON.stringify(body))).body.outcome).toBe('recorded');
    expect(await issue(named.id)).toEqual(before);
    expect((await app.get('/issues/ELSE-1')).status).toBe(404);
  });

  it.each(['webhookEvent', 'event_type', 'event', 'query', 'default'])(
    'deletes nothing: a deletion named in %s is recorded, and Jira is asked',
    async (where) => {
      const named = fresh();
      await app.deliver(native(named, 1));
      const before = await issue(named.id);
      const type = 'jira:issue_deleted';
      const sender =
        where === 'default' ? await connect(app.events, { ...OF_RULE, default_event_type: type }) : rule;
      const isInBody = where !== 'query' && where !== 'default';
      const body = JSON.stringify({ issue: whole(named, 60), ...(isInBody ? { [where]: type } : {}) });
      const answer = await app.deliverTo(
        sender,
        body,
        where === 'query' ? { query: `event_type=${type}` } : {},
      );
      expect(answer.body).toMatchObject({ outcome: 'recorded' });
      expect(await event(answer)).toMatchObject({ event_type: type, issue_id: named.id });
      await startCorrelation(app, { clock: () => nowMs, site_tenant: 'default' }).run();
      expect(await issue(named.id)).toEqual(before);
      const asked = (await scanTable(app)).filter(({ pk }) => pk === askedPartition('default'));
      expect(asked.map(({ sk }) => sk)).toContain(`issue#${named.id}`);
    },
  );

  it('gives an issue no key of another one, by its changelog or its own word, now or for correlation', async () => {
    const [own, other] = [fresh(), fresh()];
    const answer = await app.deliverTo(rule, JSON.stringify({ issue_key: other.key }));
    const moved = { items: [{ field: 'Key', fromString: other.key, toString: own.key }] };
    const bodies = [
      { issue: { id: own.id, key: own.key }, changelog: moved },
      { issue: { id: own.id, key: other.key } },
      { issue: whole(own, 1), changelog: moved },
    ];
    for (const body of bodies) await app.deliverTo(rule, JSON.stringify(body));
    await startCorrelation(app, { clock: () => nowMs }).run();
    expect(await idsAt(`/issues/${own.id}/events`)).not.toContain(answer.body.event_id);
    expect(await idsAt(`/issues/${other.key}/events`)).toEqual([answer.body.event_id]);
  });

  it('freezes nothing: a time ahead of its receipt writes no snapshot, now or by a replay later', async () => {
    const named = fresh();
    const ahead = whole(named, 13 * 60);
    const answer = await app.deliverTo(rule, JSON.stringify({ issue: ahead }));
    expect(answer.body).toMatchObject({ outcome: 'recorded' });
    expect(answer.body.warnings).toHaveLength(1);
    nowMs += 3_600_000;
    const signal = AbortSignal.timeout(60_000);
    const replayed = await replayEvent(
      { ...app.events, tenant: 'default' },
      String(answer.body.event_id),
      () => nowMs,
      signal,
    );
    expect(replayed).toEqual({ kind: 'replayed', outcome: 'recorded' });
    expect((await app.get(`/issues/${named.id}`)).status).toBe(404);
  });

  it.each([
    ['in the issue', (named: Named) => ({ issue: whole(named, 1, 'other', 'evil.example.net') })],
    ['at the root', (named: Named) => whole(named, 1, 'other', 'evil.example.net')],
  ])('of another site touches no issue: %s', async (_, bodyOf) => {
    const named = fresh();
    const answer = await app.deliverTo(rule, JSON.stringify(bodyOf(named)));
    expect(answer.body).toMatchObject({ outcome: 'recorded', warnings: ['other-site'] });
    expect(await event(answer)).toMatchObject({ issue_id: null, issue_key: null });
    expect((await app.get(`/issues/${named.key}/events`)).status).toBe(404);
  });

  it.each(['other', 7])(
    'is refused under another tenant, %j, because a body chooses none',
    async (tenant_id) => {
      const named = fresh();
      const answer = await app.deliverTo(rule, JSON.stringify({ ...whole(named, 1), tenant_id }));
      expect([answer.status, answer.body.type]).toEqual([
        403,
        'urn:jira-webhook-sync:problem:tenant-mismatch',
      ]);
      expect((await app.get(`/issues/${named.id}`)).status).toBe(404);
    },
  );

  it('is refused for another project, and taken by a replay once its connection allows it', async () => {
    const named = fresh();
    const sender = await connect(app.events, { ...OF_RULE, project_keys: ['ELSE'] });
    const answer = await app.deliverTo(sender, JSON.stringify(whole(named, 1)));
    expect([answer.status, answer.body.type]).toEqual([
      403,
      'urn:jira-webhook-sync:problem:project-not-allowed',
    ]);
    expect((await app.get(`/issues/${named.id}`)).status).toBe(404);
    await change(app.events, sender, { project_keys: ['OPS'] });
    const signal = AbortSignal.timeout(60_000);
    const replayed = await replayEvent(
      { ...app.events, tenant: 'default' },
      String(answer.body.event_id),
      () => nowMs,
      signal,
    );
    expect(replayed).toEqual({ kind: 'released', outcome: 'applied' });
    expect(await issue(named.id)).toMatchObject({ issue_key: named.key });
  });

  it('converges to what Jira itself delivered of a change, in any order', async () => {
    const step = fc.record({ at: fc.integer({ min: 1, max: 3 }), unsigned: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(step, { minLength: 1, selector: ({ at, unsigned }) => `${at} ${unsigned}` }),
        async (steps) => {
          const named = fresh();
          for (const { at, unsigned } of steps)
            await (unsigned
              ? app.deliverTo(rule, JSON.stringify({ issue: whole(named, at, `unsigned at ${at}`) }))
              : app.deliver(native(named, at)));
          const newest = Math.max(...steps.map(({ at }) => at));
          const signed = steps.some(({ at, unsigned }) => at === newest && !unsigned);
          expect((await issue(named.id)).summary).toBe(`${signed ? 'native' : 'unsigned'} at ${newest}`);
        },
      ),
      { numRuns: 15 },
    );
  });

  it('is answered whatever its bytes are, because a rule may send anything', async () => {
    const parts = [
      '{"issue":',
      '{"key":"OPS-1"',
      '"fields":{}',
      '}',
      '[',
      '"',
      '\\',
      '\n',
      '{{issue.key}}',
      ',',
      ':',
      '1e999',
    ];
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((some) => Buffer.from(some.join(''))),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        const { status, body: answer } = await app.deliverTo(rule, body);
        expect([200, 202, 400, 422]).toContain(status);
        expect(answer.event_id).toMatch(/^evt_/);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a key without an id', () => {
  it('finds its event before the issue is known, after, when it has moved, and when another has the key', async () => {
    const [one, other] = [fresh(), fresh()];
    const answer = await app.deliverTo(rule, JSON.stringify({ issue_key: one.key, event: 'before' }));
    const of = (asked: string) => idsAt(`/issues/${asked}/events`);
    expect(await of(one.key)).toEqual([answer.body.event_id]);
    await app.deliver(native(one, 1));
    for (const asked of [one.key, one.id]) expect(await of(asked)).toContain(answer.body.event_id);
    const moved = { field: 'Key', fromString: one.key, toString: `NEW-${one.id}` };
    const delivery = JSON.parse(native({ id: one.id, key: `NEW-${one.id}` }, 2));
    await app.deliver(JSON.stringify({ ...delivery, changelog: { items: [moved] } }));
    for (const asked of [one.key, one.id, `NEW-${one.id}`])
      expect(await of(asked)).toContain(answer.body.event_id);
    await app.deliver(native({ id: other.id, key: one.key }, 3));
    for (const asked of [one.key, one.id, other.id]) expect(await of(asked)).toContain(answer.body.event_id);
  });

  it('is erased with its issue, and without one by the key, broken bodies too', async () => {
    const [known, unknown] = [fresh(), fresh()];
    await app.deliver(native(known, 1));
    for (const { key } of [known, unknown]) {
      await app.deliverTo(rule, JSON.stringify({ issue_key: key }));
      await app.deliverTo(rule, `{"issue_key": "${key}", "summary": ""broken""}`);
    }
    const table = ['--table', app.events.table.name, '--endpoint', engine.endpoint];
    for (const [named, count] of [
      [known, 3],
      [unknown, 2],
    ] as const) {
      expect(await idsAt(`/issues/${named.key}/events`)).toHaveLength(count);
      const erased = await runCli('erase', ['--issue', named.key, '--yes', ...table], {
        ARTIFACTS_DIR: tmpdir(),
      });
      expect(erased).toMatchObject({ code: 0, stderr: '' });
      expect((await app.get(`/issues/${named.key}/events`)).status).toBe(404);
    }
  });
});
