import { createHmac } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { pingAnswer } from '../../../src/contract/send-message.ts';
import { UnavailableError } from '../../../src/errors/errors.ts';
import { systemClock } from '../../../src/platform/clock.ts';
import { attempt, ping } from '../../../src/send/target/attempt.ts';
import type { SubscriptionRow } from '../../../src/store/subscriptions/subscription-row.ts';
import { newSigningCredential } from '../../../src/verify/new-credential.ts';
import { createTable, openApp, type TestApp } from '../../support/app.ts';
import { type Connected, connect } from '../../support/connected.ts';
import { someEventId, someExecution } from '../../support/executions.ts';
import { listen, stop } from '../../support/loopback-server.ts';
import { subscriptionTo, TEST_MASTERS } from '../../support/targets.ts';
import { useEngine } from '../../support/use-engine.ts';

const engine = useEngine();
const never = new AbortController().signal;

type Seen = { headers: IncomingHttpHeaders; body: Buffer };

const seen: Seen[] = [];
const receiver = createServer(async (request, response) => {
  seen.push({ headers: request.headers, body: await buffer(request) });
  response.writeHead(200, { 'content-type': 'text/plain' }).end('taken');
});

let app: TestApp;
let rule: Connected;
let url: string;

beforeAll(async () => {
  app = openApp({ endpoint: engine.endpoint, tableName: await createTable(engine.endpoint) });
  rule = await connect(app.events, { kind: 'automation', auth: 'header', site_url: null });
  url = `http://receiver.test:${await listen(receiver, 0)}/hooks`;
});

beforeEach(() => void seen.splice(0));

afterAll(() => stop(receiver));

const deps = () => ({
  table: app.events.table,
  rawBodies: app.events.rawBodies,
  masters: TEST_MASTERS,
  rules: { allow_private: true, own_hosts: [] },
  resolve: async () => ['127.0.0.1'],
  clock: systemClock,
});

const BODY = '{"issue_key" : "OPS-1", "n": 1.0}';
const PASSED_ON = '{"issue_key": "OPS-2"}';

const delivered = async (body = BODY, headers: Record<string, string> = {}): Promise<string> =>
  String((await app.deliverTo(rule, body, { headers })).body.event_id);

const tried = async (subscription: SubscriptionRow, event_id: string, number = 1, is_probe = false) => {
  const execution = someExecution({ event_id, subscription_id: subscription.subscription_id });
  const result = await attempt(deps(), { subscription, execution, attempt: number, is_probe }, never);
  return { execution, result };
};

const only = (): Seen => {
  const [first] = seen;
  if (first === undefined || seen.length > 1) throw new Error(`${seen.length} were seen`);
  return first;
};

describe('an attempt', () => {
  it('passes a rule’s own bytes on, signed with the key that the receiver has: the relay', async () => {
    const key = Buffer.from('a key of the receiver’s own, 鍵');
    const wanted = { signature: 'hub-sha256', version: 1, encoding: 'base64' } as const;
    const bare = await subscriptionTo(
      { url, headers: { 'x-team': 'ops' } },
      { format: 'raw', signature: 'hub-sha256' },
    );
    const { subscription_id } = bare;
    const made = await newSigningCredential(
      { ...wanted, subscription_id, imported: key.toString('base64') },
      TEST_MASTERS,
    );
    if (made.outcome !== 'made') throw new Error(made.outcome);
    const { execution, result } = await tried({ ...bare, current: made.credential }, await delivered(), 2);
    expect(result).toMatchObject({
      result: 'ok',
      answer: { status: 200, content_type: 'text/plain', body: 'taken', truncated: false },
      attempt: { attempt: 2, is_probe: false, status: 200, error: null, response_body: 'taken' },
    });
    const { headers, body } = only();
    expect(body.toString()).toBe(BODY);
    expect(headers).toMatchObject({
      'x-team': 'ops',
      'webhook-id': execution.execution_id,
      'webhook-attempt': '2',
      'webhook-hops': '1',
      'x-hub-signature-256': `sha256=${createHmac('sha256', key).update(body).digest('hex')}`,
    });
    expect(headers).not.toHaveProperty('webhook-signature');
  });

  it('is one more hop than its event, so that agents who wake each other come to an end', async () => {
    const event_id = await delivered(PASSED_ON, { 'webhook-hops': '1' });
    await tried(await subscriptionTo({ url }), event_id, 1, true);
    expect(only().headers['webhook-hops']).toBe('2');
  });

  it('is verified by the package of Standard Webhooks, in the form of an event', async () => {
    const subscription = await subscriptionTo({ url });
    const { subscription_id } = subscription;
    const wanted = { signature: 'standard', version: 1, encoding: null, imported: null } as const;
    const made = await newSigningCredential({ ...wanted, subscription_id }, TEST_MASTERS);
    const { result, execution } = await tried(subscription, await delivered(), 1, true);
    expect(result).toMatchObject({ attempt: { is_probe: true } });
    const { headers, body } = only();
    const secret = made.outcome === 'made' ? made.shown : null;
    const verified = new Webhook(secret ?? '').verify(body.toString(), headers as Record<string, string>);
    expect(verified).toMatchObject({ type: 'automation', data: { execution_id: execution.execution_id } });
  });

  it('asks nobody where there is nothing to send, or the table does not answer', async () => {
    const subscription = await subscriptionTo({ url });
    expect((await tried(subscription, someEventId())).result).toBe('nothing-to-send');
    const event_id = await delivered();
    const execution = someExecution({ event_id });
    const over = AbortSignal.abort(new Error('over'));
    const due = { subscription, execution, attempt: 1, is_probe: false };
    await expect(attempt(deps(), due, over)).rejects.toThrow(UnavailableError);
    expect(seen).toEqual([]);
  });
});

describe('a ping', () => {
  it('says what it is, signed as all others are, and answers what came back', async () => {
    const subscription = await subscriptionTo({ url });
    const answer = await ping(deps(), subscription, never);
    expect(pingAnswer.parse(answer)).toEqual({
      status: 200,
      duration_ms: expect.any(Number),
      error: null,
      response_headers: expect.objectContaining({ 'content-type': 'text/plain' }),
      response_body: 'taken',
    });
    const { headers, body } = only();
    expect(JSON.parse(body.toString())).toEqual({
      type: 'ping',
      timestamp: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/),
      data: { subscription_id: subscription.subscription_id },
    });
    expect(headers['webhook-id']).toMatch(/^ping_[0-9A-Z]{26}$/);
    expect(headers['webhook-signature']).toMatch(/^v1,/);
  });

  it('of a target that cannot be reached says why', async () => {
    const lost = { ...deps(), resolve: async () => [] };
    expect(await ping(lost, await subscriptionTo({ url }), never)).toMatchObject({
      status: null,
      error:
        'not sent: the URL must lead to a host that has an address: receiver.test has none; check the name, and whether it is public',
      response_body: null,
    });
  });
});
