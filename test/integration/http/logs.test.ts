import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogLine, sign, startApp, type TestApp } from '../../support/app.ts';
import { noise } from '../../support/seed.ts';
import { useEngine } from '../../support/use-engine.ts';

const CANARY = { secret: 'canary-secret-5f1c', email: 'canary@example.com', body: 'canary-body-77e0' };

const user = (extra: object = {}) => ({
  name: CANARY.email,
  key: CANARY.email,
  emailAddress: CANARY.email,
  avatarUrls: { '48x48': `https://avatar.example.com/${CANARY.email}` },
  displayName: CANARY.email,
  ...extra,
});

const delivery = (id: string, changes: object = {}) =>
  JSON.stringify({
    timestamp: 1_700_000_000_500,
    webhookEvent: 'jira:issue_updated',
    user: user(),
    issue: {
      id,
      key: `CAN-${id}`,
      fields: {
        updated: '2023-11-14T22:13:20.000+0000',
        summary: CANARY.body,
        description: CANARY.body,
        assignee: user(),
        reporter: user({ accountId: 'abc' }),
        customfield_10010: [user()],
        customfield_10011: { deep: { deeper: [{ owner: user() }] } },
      },
    },
    changelog: {
      items: [{ field: 'assignee', from: CANARY.email, fromString: CANARY.email, to: null, toString: null }],
    },
    ...changes,
  });

const engine = useEngine();
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'logs-'));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
});

const open = (env: NodeJS.ProcessEnv = {}): Promise<TestApp> =>
  startApp({
    endpoint: engine.endpoint,
    env: { JIRA_WEBHOOK_SECRET: CANARY.secret, LOG_LEVEL: 'trace', ARTIFACTS_DIR: folder, ...env },
  });

const deliveryLines = (lines: LogLine[]): LogLine[] => lines.filter((line) => line.msg === 'delivery');

/** Every way a delivery can end, with the canaries wherever a sender can put them. */
const everyEnding = async (app: TestApp): Promise<void> => {
  const secret = CANARY.secret;
  await app.deliver(delivery('1'), { secret });
  await app.deliver(delivery('1'), { secret, identifier: CANARY.email });
  await app.deliver(delivery('2', { webhookEvent: `odd ${CANARY.body} ${CANARY.email}` }), { secret });
  await app.deliver(delivery('3', { issue: { id: CANARY.email, key: CANARY.body } }), { secret });
  await app.deliver(delivery('4', { issue: { id: '4', key: CANARY.email } }), { secret });
  await app.deliver(`not json ${CANARY.body} ${CANARY.email}`, { secret });
  await app.deliver('', { secret });
  await app.deliver(delivery('5'), { secret: 'forged' });
  await app.deliver(delivery('5'), { signature: `${sign('x', secret)}, ${CANARY.body}` });
  await app.get(`/issues/${CANARY.email}`);
  await app.get(`/issues?project=${CANARY.body}&cursor=${CANARY.email}`);
};

describe('log lines', () => {
  it('never hold a secret, a signature, an address or a piece of a body, because logs are read by many', async () => {
    const app = await open();
    await everyEnding(app);
    const text = JSON.stringify(app.lines);
    for (const canary of Object.values(CANARY)) expect(text).not.toContain(canary);
    expect(text).not.toContain(sign(delivery('1'), CANARY.secret).slice('sha256='.length));
    expect(text).not.toContain(sign('x', CANARY.secret).slice('sha256='.length));
    expect(text).not.toContain('@');
  });

  it('say nothing more when everything behind fails, because faults quote what they were given', async () => {
    const notAFolder = join(folder, 'file');
    writeFileSync(notAFolder, '');
    const app = await open({ ARTIFACTS_DIR: notAFolder });
    const large = noise(600_000).toString('base64');
    const answer = await app.deliver(delivery('6', { large }), { secret: CANARY.secret });
    expect(answer.status).toBe(503);
    const text = JSON.stringify([app.lines, answer.body]);
    for (const canary of Object.values(CANARY)) expect(text).not.toContain(canary);
    expect(text).not.toContain(notAFolder);
    expect((await app.get('/issues/6')).status).toBe(404);
  });

  it('are one per delivery with the fields of the contract, because one delivery is one row to query', async () => {
    const app = await open();
    const first = await app.deliver(delivery('7'), { secret: CANARY.secret });
    await app.deliver(delivery('7'), { secret: CANARY.secret });
    await app.deliver(delivery('7'), { secret: 'forged' });
    expect(deliveryLines(app.lines)).toEqual([
      expect.objectContaining({
        level: 30,
        run_id: first.body.run_id,
        event_id: first.body.event_id,
        generated_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-07:00$/),
        issue_key: 'CAN-7',
        event_type: 'jira:issue_updated',
        event_known: true,
        outcome: 'applied',
        status: 202,
        duration_ms: expect.any(Number),
        secret: 'JIRA_WEBHOOK_SECRET',
      }),
      expect.objectContaining({ level: 30, outcome: 'duplicate', status: 200, issue_key: 'CAN-7' }),
      expect.objectContaining({
        level: 40,
        outcome: 'signature-refused',
        status: 401,
        event_id: null,
        secret: null,
      }),
    ]);
  });

  it('raise an alarm for a body over the limit, because that is the one loss of a signed body', async () => {
    const app = await open({ MAX_BODY_BYTES: '100' });
    const answer = await app.deliver(delivery('8'), { secret: CANARY.secret });
    expect(answer.status).toBe(413);
    expect(app.lines).toContainEqual(expect.objectContaining({ level: 50, alarm: 'body-too-large' }));
  });

  it('raise an alarm for a signed delivery from another address, because ops must look while Jira retries', async () => {
    const app = await open({ ALLOWED_CIDRS: '192.0.2.0/24' });
    expect((await app.deliver(delivery('9'), { secret: CANARY.secret })).status).toBe(503);
    expect((await app.deliver(delivery('9'), { secret: 'forged' })).status).toBe(403);
    expect(app.lines.filter((line) => line.alarm === 'address-refused')).toHaveLength(1);
  });
});

describe('what is stored and answered', () => {
  it('holds no e-mail address in a snapshot, because nobody asked those people', async () => {
    const app = await open();
    await app.deliver(delivery('10'), { secret: CANARY.secret });
    const text = JSON.stringify((await app.get('/issues/10')).body);
    expect(text).toContain(CANARY.body);
    expect(text).not.toContain('@');
    expect(text).not.toMatch(/emailAddress|avatarUrls/);
  });

  it('holds none in an event or a refusal either, because both can be asked for', async () => {
    const app = await open();
    await everyEnding(app);
    const events = (await app.get('/events?limit=100')).body;
    expect(events.events).toHaveLength(6);
    const known = JSON.stringify(events)
      .replaceAll(`odd ${CANARY.body} ${CANARY.email}`, '')
      .replaceAll(`"idempotency_key":"${CANARY.email}"`, '')
      .replaceAll(`"issue_key":"${CANARY.email}"`, '');
    expect(known).not.toContain(CANARY.email);
  });
});
