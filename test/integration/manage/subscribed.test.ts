import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { readEnv } from '../../../src/contract/env.ts';
import { type Instance, startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { SECRET, sign } from '../../support/app.ts';
import { MASTERS } from '../../support/connected.ts';
import { listen, stop } from '../../support/loopback-server.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
const folder = mkdtempSync(join(tmpdir(), 'subscribed-'));
let instance: Instance;
let server: Server;
let port: number;
let status = 204;
let got: { headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  const env = readEnv({
    ...{ PORT: '0', JIRA_WEBHOOK_SECRET: SECRET, CONNECTIONS_MASTERS: MASTERS, ARTIFACTS_DIR: folder },
    ...{ AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint, ALLOW_PRIVATE_TARGETS: 'true' },
  });
  instance = await startInstance({ env, log: createLogger(env, { write: () => {} }), correlate: true });
  server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    got.push({ headers: request.headers, body });
    response.writeHead(status).end('so it is');
  });
  port = await listen(server, 0);
});

afterAll(async () => {
  await instance.stop();
  await stop(server);
  rmSync(folder, { recursive: true, force: true });
});

const answered = z.looseObject({});

const ask = async (method: string, path: string, body?: object, rev?: unknown) => {
  const response = await fetch(`${instance.url}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${instance.manageToken}`,
      'content-type': 'application/json',
      ...(rev === undefined ? {} : { 'if-match': String(rev) }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: answered.parse(JSON.parse(text || '{}')) };
};

const deliver = async (key: string): Promise<string> => {
  const issue = {
    id: key.split('-')[1],
    key,
    fields: { updated: '2026-02-25T06:13:20.000+0000', summary: key },
  };
  const body = JSON.stringify({ timestamp: Date.now(), webhookEvent: 'jira:issue_updated', issue });
  const response = await fetch(`${instance.url}/webhooks/jira`, {
    method: 'POST',
    body,
    headers: { 'X-Hub-Signature': sign(body) },
  });
  return String(answered.parse(await response.json()).event_id);
};

const executions = z.object({
  executions: z.array(z.looseObject({ execution_id: z.string(), status: z.string() })),
});

const executionsOf = async (eventId: string) =>
  executions.parse((await ask('GET', `/events/${eventId}/executions`)).body).executions;

const until = async <T>(look: () => Promise<T | undefined>): Promise<T> => {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await sleep(20);
  }
};

const withStatus = (eventId: string, wanted: string) =>
  until(async () => (await executionsOf(eventId)).find(({ status }) => status === wanted));

const subscribe = async (project: string) => {
  const form = { name: project, url: `http://127.0.0.1:${port}/in`, filter: { projects: [project] } };
  const { body } = await ask('POST', '/subscriptions', form);
  return { id: String(body.subscription_id), secret: String(body.secret) };
};

describe('a subscription that was made by its route', () => {
  it('has what matches sent, signed by the key that was shown, and sent again when somebody asks for it', async () => {
    got = [];
    const { id, secret } = await subscribe('LIVE');
    const event = await deliver('LIVE-1');
    const { execution_id } = await withStatus(event, 'completed');
    expect(got.map(({ headers }) => headers['webhook-id'])).toEqual([execution_id]);
    const [first] = got;
    const said = new Webhook(secret).verify(first?.body ?? '', first?.headers as Record<string, string>);
    expect(said).toMatchObject({ data: { execution_id, event: { event_id: event } } });
    const again = await ask('POST', `/executions/${execution_id}/retry`, {});
    expect(again.status).toBe(201);
    await until(async () => (got.length > 1 ? true : undefined));
    expect(got[1]?.headers['webhook-id']).toBe(`${execution_id}_r1`);
    const answer = await ask('POST', `/subscriptions/${id}/test`, {});
    expect(answer.body).toMatchObject({ status: 204, error: null });
    expect(
      new Webhook(secret).verify(got[2]?.body ?? '', got[2]?.headers as Record<string, string>),
    ).toMatchObject({
      type: 'ping',
      data: { subscription_id: id },
    });
  });

  it('keeps what comes while it is paused, sends it when resumed, and cancels what waits when it is deleted', async () => {
    got = [];
    const { id } = await subscribe('PAUSE');
    expect((await ask('POST', `/subscriptions/${id}/pause`, {}, 1)).status).toBe(200);
    const kept = await deliver('PAUSE-2');
    expect(await withStatus(kept, 'queued')).toMatchObject({ waits_for: 'paused' });
    expect((await ask('POST', `/subscriptions/${id}/resume`, {}, 2)).status).toBe(200);
    await withStatus(kept, 'completed');
    expect(got).toHaveLength(1);
    await ask('POST', `/subscriptions/${id}/pause`, {}, 3);
    const dropped = await deliver('PAUSE-3');
    await withStatus(dropped, 'queued');
    expect((await ask('DELETE', `/subscriptions/${id}`)).status).toBe(204);
    await withStatus(dropped, 'cancelled');
    expect(got).toHaveLength(1);
  });

  it('is disabled by 410, keeps what waits, and brings it through when the target is back and it is resumed', async () => {
    got = [];
    status = 410;
    const { id } = await subscribe('GONE');
    const event = await deliver('GONE-4');
    const row = await until(async () => {
      const { body } = await ask('GET', `/subscriptions/${id}`);
      return body.status === 'disabled' ? body : undefined;
    });
    expect(await withStatus(event, 'queued')).toMatchObject({ waits_for: 'disabled' });
    status = 204;
    expect((await ask('POST', `/subscriptions/${id}/resume`, {}, row.rev)).status).toBe(200);
    const { execution_id } = await withStatus(event, 'completed');
    expect(got.map(({ headers }) => headers['webhook-id'])).toEqual([execution_id, execution_id]);
  });
});
