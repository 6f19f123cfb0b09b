import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { pino } from 'pino';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { SECRET, sign } from '../../support/app.ts';
import { listen, stop } from '../../support/loopback-server.ts';
import { issueBody } from '../correlate/bodies.ts';
import { temporaryFolder } from './processes.ts';

type Taken = { headers: IncomingHttpHeaders; body: string; at: number };

const folder = temporaryFolder();
const taken: Taken[] = [];
let receiver: Server;
let target: string;
let instance: Instance;
/** What the receiver answers. */
const status = 200;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    taken.push({ headers: request.headers, body: Buffer.concat(parts).toString(), at: Date.now() });
    response.writeHead(status).end('{"done":true}');
  });
  target = `http://127.0.0.1:${await listen(receiver, 0)}/hooks?key=hidden`;
  const env = readEnv({
    PORT: '0',
    ARTIFACTS_DIR: folder,
    JIRA_WEBHOOK_SECRET: SECRET,
    ALLOW_PRIVATE_TARGETS: 'true',
  });
  instance = await startInstance({ env, log: pino({ level: 'silent' }) });
});

afterAll(async () => {
  await instance.stop();
  await stop(receiver);
});

const ask = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${instance.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${instance.manageToken}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};

const deliver = async (id: string, key: string): Promise<string> => {
  const body = issueBody(id, key, 1, { project: key.split('-')[0] ?? '' });
  const headers = { 'X-Hub-Signature': sign(body) };
  const answer = await fetch(`${instance.url}/webhooks/jira`, { method: 'POST', headers, body });
  return JSON.parse(await answer.text()).event_id;
};

const executionOf = async (eventId: string) =>
  (await ask('GET', `/events/${eventId}/executions`)).body.executions[0];

describe('npm start', () => {
  it('sends an event to a target within a second or two, signed, and shows what the target answered', async () => {
    const made = await ask('POST', '/subscriptions', {
      name: 'Enrich',
      url: target,
      signature: 'standard',
      filter: { projects: ['OPS'] },
    });
    expect(made.status).toBe(201);
    const begun = Date.now();
    await deliver('10001', 'SHOP-1');
    const event_id = await deliver('10002', 'OPS-1');
    await expect.poll(() => taken.length, { timeout: 20_000, interval: 20 }).toBe(1);
    const [{ headers, body, at } = { headers: {}, body: '', at: 0 }] = taken;
    expect(at - begun).toBeLessThan(10_000);
    const said = new Webhook(made.body.secret).verify(body, {
      'webhook-id': String(headers['webhook-id']),
      'webhook-timestamp': String(headers['webhook-timestamp']),
      'webhook-signature': String(headers['webhook-signature']),
    });
    expect(said).toMatchObject({
      type: 'jira:issue_updated',
      data: { event: { event_id }, issue: { issue_key: 'OPS-1' } },
    });

    await expect
      .poll(async () => (await executionOf(event_id))?.status, { timeout: 20_000 })
      .toBe('completed');
    const { execution_id } = await executionOf(event_id);
    expect(execution_id).toBe(headers['webhook-id']);
    const shown = await ask('GET', `/executions/${execution_id}`);
    expect(shown.body).toMatchObject({ status: 'completed', attempts: [{ status: 200 }] });
    expect(JSON.stringify(shown.body)).not.toContain('hidden');
    expect(taken).toHaveLength(1);
  });

  it('pings a target when asked, and sends again what a person retries', async () => {
    const { body } = await ask('GET', '/subscriptions');
    const [{ subscription_id }] = body.subscriptions;
    const before = taken.length;
    const pinged = await ask('POST', `/subscriptions/${subscription_id}/test`, {});
    expect(pinged).toMatchObject({ status: 200, body: { status: 200 } });
    expect(taken.at(before)?.body).toContain('"type":"ping"');
    const { body: day } = await ask('GET', '/executions');
    const retried = await ask('POST', `/executions/${day.executions[0].execution_id}/retry`, {});
    expect(retried.status).toBeLessThan(300);
    await expect.poll(() => taken.length, { timeout: 20_000, interval: 20 }).toBe(before + 2);
    expect(taken.at(-1)?.headers['webhook-id']).toMatch(/_r1$/);
  });
});
