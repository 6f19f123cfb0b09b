import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openSigner } from '../../../src/cli/shared/signer.ts';
import { openApi } from '../../../src/cli/smoke/api.ts';
import type { World } from '../../../src/cli/smoke/check.ts';
import { openRunDocuments } from '../../../src/cli/smoke/processing-checks.ts';
import { CHECKS, type Outcome, runChecks } from '../../../src/cli/smoke/run-checks.ts';
import { SECRET } from '../../support/app.ts';
import type { GatewayReply } from '../../support/gateway.ts';
import type { ArrivedRequest } from '../../support/sigv4.ts';
import { BUCKET, type Deployed, startDeployed } from './deployed.ts';
import { startReceiver } from './receiver.ts';

let deployed: Deployed;

beforeAll(async () => {
  deployed = await startDeployed();
});

beforeEach(() => {
  deployed.reset();
  for (const [name, value] of Object.entries(deployed.env)) vi.stubEnv(name, value);
});

afterEach(() => {
  vi.unstubAllEnvs();
});

afterAll(() => deployed.stop());

const worldOf = (change: Partial<World> = {}): World => ({
  api: openApi(new URL(deployed.gateway.url), openSigner({ region: 'eu-central-1' })),
  reader: null,
  readSecret: async () => Buffer.from(SECRET),
  documents: openRunDocuments({ bucket: BUCKET, owner: { tenant: 'default', home: 'default' } }, {}),
  wait_seconds: 20,
  burst: false,
  taken: null,
  ...change,
});

const look = async (names: string[], world: World): Promise<Outcome[]> =>
  runChecks(
    CHECKS.filter(({ name }) => names.includes(name)),
    world,
    () => {},
  );

/** One check alone. */
const check = async (name: string, change: Partial<World> = {}): Promise<Outcome | undefined> =>
  (await look([name], worldOf(change)))[0];

/** One check after a delivery that was taken; the sabotage begins after it. */
const checkAfter = async (
  name: string,
  sabotage: () => void,
  change: Partial<World> = {},
): Promise<Outcome | undefined> => {
  const world = worldOf(change);
  const [delivered] = await look(['signed-delivery'], world);
  expect(delivered?.state).toBe('ok');
  sabotage();
  return (await look([name], world))[0];
};

type Changed = Partial<Omit<GatewayReply, 'body'>> & { body?: object };

/** Changes the answers to what the pattern fits, such as `GET /health`. */
const answer = (pattern: RegExp, change: Changed): void => {
  deployed.gateway.tamper = ({ method, target }: ArrivedRequest, reply) => {
    if (!pattern.test(`${method} ${target}`)) return reply;
    const { body, ...rest } = change;
    return { ...reply, ...rest, ...(body && { body: JSON.stringify(body) }) };
  };
};

const GATEWAY_404 = { status: 404, headers: {}, body: { message: 'Not Found' } };

describe('a check fails', () => {
  it.each([
    ['health', /GET \/health/, { status: 503 }, '503, table ok, secret ok'],
    [
      'health',
      /GET \/health/,
      { body: { status: 'ok', checks: { table: 'ok', secret: 'failing' } } },
      '200, table ok, secret failing',
    ],
    ['health', /GET \/health/, { body: {} }, '200'],
    ['unknown-path', /GET \/smoke/, GATEWAY_404, 'GET /smoke/no-such-path 404 Not Found'],
    ['wrong-method', /GET \/webhooks/, GATEWAY_404, 'GET /webhooks/jira 404 Not Found'],
    ['wrong-method', /POST \/issues/, { headers: {} }, /^POST \/issues\/9+01 405 method-not-allowed$/],
    ['head-and-options', /OPTIONS/, { status: 204, body: {} }, 'OPTIONS /webhooks/jira 204'],
    ['head-and-options', /HEAD/, { status: 200 }, 'HEAD /health 200'],
    ['body-over-our-limit', /POST/, { status: 413, body: { message: 'No' } }, '4000001 bytes 413 No'],
    ['body-over-lambda-limit', /POST/, { status: 500 }, '8000000 bytes 500 Request Entity Too Large'],
    ['body-over-gateway-limit', /POST/, { status: 503 }, '10485761 bytes 503 Request Entity Too Large'],
    ['unsigned-refused', /POST/, { status: 202, body: { outcome: 'applied' } }, 'unsigned 202 applied'],
    ['unsigned-refused', /POST/, { body: { message: 'Unauthorized' } }, 'unsigned 401 Unauthorized'],
    ['signed-delivery', /POST/, { body: { type: 'urn:x:signature-refused' } }, '202 signature-refused'],
    ['signed-delivery', /POST/, { status: 200 }, '200 applied'],
  ])('%s when %s is answered with %j', async (name, pattern, change, seen) => {
    answer(pattern, change);
    const outcome = await check(name);
    expect(outcome?.state).toBe('failed');
    if (typeof seen === 'string') expect(outcome?.seen).toBe(seen);
    else expect(outcome?.seen).toMatch(seen);
  });

  it('unsigned-refused, when an address may not deliver, and says what to do', async () => {
    answer(/POST/, { status: 403, body: { type: 'urn:jira-webhook-sync:problem:address-not-allowed' } });
    expect(await check('unsigned-refused')).toMatchObject({
      state: 'failed',
      seen: '403 address-not-allowed: allowedCidrs is set; run this from one of them',
    });
  });

  it('signed-delivery, when the secret is another than the receiver has', async () => {
    const outcome = await check('signed-delivery', { readSecret: async () => Buffer.from('other') });
    expect(outcome).toMatchObject({ state: 'failed', seen: '401 signature-refused' });
  });

  it('same-bytes-again, when the same bytes are taken as new', async () => {
    const outcome = await checkAfter('same-bytes-again', () =>
      answer(/POST/, { status: 202, body: { outcome: 'applied', event_id: 'evt_2', received_at: '' } }),
    );
    expect(outcome).toMatchObject({ state: 'failed', seen: 'sent again 202 applied' });
  });

  it('same-bytes-again, when they get the id of another event', async () => {
    const outcome = await checkAfter('same-bytes-again', () =>
      answer(/POST/, { status: 200, body: { outcome: 'duplicate', event_id: 'evt_2', received_at: '' } }),
    );
    expect(outcome).toMatchObject({ state: 'failed', seen: 'sent again 200 duplicate' });
  });

  it('read-refuses-unsigned, when one route alone is open, and names it', async () => {
    answer(/GET \/stats/, { status: 200, body: {} });
    const outcome = await check('read-refuses-unsigned');
    expect(outcome).toMatchObject({ state: 'failed', seen: 'GET /stats?project=SMOKE 200' });
  });

  it('read-answers-signed, when the gateway takes the credentials for nothing', async () => {
    const outcome = await checkAfter('read-answers-signed', () => {
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'not the one');
    });
    expect(outcome?.state).toBe('failed');
    expect(outcome?.seen).toContain(
      'GET /issues?project=SMOKE 403 Forbidden; GET /issues/99999999999999999901',
    );
  });

  it('read-answers-signed, when the function may not read one thing', async () => {
    const outcome = await checkAfter('read-answers-signed', () => answer(/\/gaps\/commits/, { status: 503 }));
    expect(outcome?.seen).toBe('GET /gaps/commits-without-story?project=SMOKE 503');
  });

  it('path-decoded-once, when gateway and function both decode', async () => {
    const outcome = await checkAfter('path-decoded-once', () => {
      deployed.gateway.decodes = true;
    });
    expect(outcome).toMatchObject({
      state: 'failed',
      seen: 'GET /issues/SMOKE%2541-999999901 404 not-found',
    });
  });

  it('manage-refuses-unsigned, when one route alone is open, and names it', async () => {
    answer(/PATCH \/connections/, { status: 428 });
    const outcome = await check('manage-refuses-unsigned');
    expect(outcome?.state).toBe('failed');
    expect(outcome?.seen).toBe(`PATCH /connections/con_${'0'.repeat(22)} 428 Forbidden`);
  });

  it('tenant-refuses-unsigned, when what is below a tenant is open', async () => {
    answer(/GET \/t\/\S+\/bodies/, { status: 404, body: {} });
    const outcome = await check('tenant-refuses-unsigned');
    expect(outcome?.seen).toBe(`GET /t/smoke-nobody/bodies/evt_${'0'.repeat(40)} 404`);
  });

  it('tenant-is-the-path, when the gateway resolves what it decoded, because IAM saw another tenant', async () => {
    answer(/GET \/t\/smoke-nobody%2F/, { status: 200, body: {} });
    const outcome = await check('tenant-is-the-path');
    expect(outcome).toMatchObject({
      state: 'failed',
      seen: 'GET /t/smoke-nobody%2F..%2Fdefault/stats 200',
    });
  });

  it('connection-answers, when the gateway does not know the address of connections', async () => {
    answer(/GET \/webhooks\/con_/, GATEWAY_404);
    const outcome = await check('connection-answers');
    expect(outcome).toMatchObject({ state: 'failed', seen: expect.stringContaining('404 Not Found') });
  });

  it('event-processed, when nothing processes it in time', async () => {
    const pending = () => answer(/GET \/events/, { body: { processing: { status: 'pending' } } });
    const outcome = await checkAfter('event-processed', pending, { wait_seconds: 1 });
    expect(outcome).toMatchObject({ state: 'failed', seen: 'pending after 1 s' });
  });

  it('event-processed, at once when it was parked', async () => {
    const parked = () => answer(/GET \/events/, { body: { processing: { status: 'failed' } } });
    const outcome = await checkAfter('event-processed', parked, { wait_seconds: 600 });
    expect(outcome).toMatchObject({ state: 'failed', seen: 'failed' });
  });

  it('run-document, when none names the event in time', async () => {
    const world = { documents: { find: async () => null }, wait_seconds: 1 };
    const outcome = await checkAfter('run-document', () => {}, world);
    expect(outcome?.state).toBe('failed');
    expect(outcome?.seen).toMatch(/^no document names evt_[0-9a-f]{40} after 1 s$/);
  });

  it('run-document, when the bucket may not be read', async () => {
    const outcome = await checkAfter('run-document', () =>
      deployed.s3.fail({ kind: 'error', status: 403, code: 'AccessDenied' }, undefined, 'GET'),
    );
    expect(outcome).toMatchObject({ state: 'failed', seen: 'AccessDenied' });
  });

  it('throttling, when everything is let through', async () => {
    expect(await check('throttling', { burst: true })).toMatchObject({
      state: 'failed',
      seen: '100 times 200',
    });
  });

  it('throttling, when some are answered in another way, because the rest must work', async () => {
    deployed.gateway.burst = 20;
    deployed.gateway.tamper = (_request, reply) => (reply.status === 200 ? { ...reply, status: 502 } : reply);
    expect(await check('throttling', { burst: true })).toMatchObject({
      state: 'failed',
      seen: '20 times 502, 80 times 429 Too Many Requests',
    });
  });

  it('when no answer comes, with the reason', async () => {
    const receiver = await startReceiver(() => 'hang up');
    const api = openApi(new URL(receiver.url), openSigner({ region: 'eu-central-1' }));
    expect(await check('health', { api })).toMatchObject({ state: 'failed', seen: 'ECONNRESET' });
    await receiver.close();
  });
});

describe('a check is satisfied', () => {
  it('by throttling of a part', async () => {
    deployed.gateway.burst = 20;
    expect(await check('throttling', { burst: true })).toMatchObject({
      state: 'ok',
      seen: '20 times 200, 80 times 429 Too Many Requests',
    });
  });

  it('by a document among many, each of which is read once', async () => {
    const world = worldOf();
    await look(['signed-delivery', 'event-processed'], world);
    const gets = () =>
      deployed.s3.seen.filter(({ request }) => /^GET .*\/\d{8}T\d+-\w+\.json$/.test(request));
    const before = gets().length;
    const received = world.taken?.received_ms ?? 0;
    const { documents } = world;
    expect(await documents?.find(received, 'evt_of_nobody')).toBeNull();
    const read = gets().length - before;
    expect(read).toBeGreaterThan(0);
    expect(await documents?.find(received, 'evt_of_nobody')).toBeNull();
    expect(gets().length - before).toBe(read);
    expect(
      (
        await look(['run-document'], {
          ...world,
          documents: openRunDocuments({ bucket: BUCKET, owner: { tenant: 'default', home: 'default' } }, {}),
        })
      )[0]?.state,
    ).toBe('ok');
  });
});

describe('a path of two tenants', () => {
  it("is nobody's also where the gateway decodes it", async () => {
    deployed.gateway.decodes = true;
    expect(await check('tenant-is-the-path')).toMatchObject({ state: 'ok' });
  });
});

describe('a check is skipped', () => {
  it('when what it needs was not taken, because its failure would say nothing', async () => {
    const world = worldOf();
    const names = [
      'same-bytes-again',
      'read-answers-signed',
      'path-decoded-once',
      'event-processed',
      'run-document',
    ];
    const outcomes = await look(names, world);
    expect(outcomes.map(({ name, state, seen }) => [name, state, seen])).toEqual(
      names.map((name) => [name, 'skipped', 'no delivery was accepted']),
    );
    expect(deployed.gateway.requests).toEqual([]);
  });

  it('run-document, when nobody says which bucket', async () => {
    const outcome = await checkAfter('run-document', () => {}, { documents: null });
    expect(outcome).toMatchObject({ state: 'skipped', seen: 'the bucket is unknown: give --bucket' });
  });
});

describe('tls-only', () => {
  const onHttps = (receiver: { url: string }) =>
    check('tls-only', {
      api: openApi(new URL(receiver.url.replace('http:', 'https:')), openSigner({ region: 'eu-central-1' })),
    });

  it.each([
    [200, 'failed'],
    [503, 'failed'],
    [404, 'failed'],
    [301, 'ok'],
    [308, 'ok'],
    [403, 'ok'],
  ])('over plain http, an answer %i is %s', async (status, state) => {
    const receiver = await startReceiver(() => ({ status, headers: { location: deployed.gateway.url } }));
    const outcome = await onHttps(receiver);
    await receiver.close();
    expect(outcome?.state).toBe(state);
    expect(outcome?.seen).toBe(`${receiver.url} ${status}`);
    expect(deployed.gateway.requests).toEqual([]);
  });

  it('is satisfied when nothing listens', async () => {
    const receiver = await startReceiver(() => ({ status: 200 }));
    await receiver.close();
    expect(await onHttps(receiver)).toMatchObject({ state: 'ok', seen: `${receiver.url} ECONNREFUSED` });
  });
});

describe('an answer that sends us elsewhere', () => {
  it('is not followed, because secrets and signatures are for one address', async () => {
    const elsewhere = await startReceiver(() => ({ status: 200 }));
    answer(/./, { status: 307, headers: { location: elsewhere.url } });
    const outcomes = await runChecks(CHECKS, worldOf({ wait_seconds: 1 }), () => {});
    await elsewhere.close();
    expect(elsewhere.requests).toEqual([]);
    expect(outcomes.filter(({ state }) => state === 'ok')).toEqual([]);
  });
});
