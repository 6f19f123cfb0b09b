import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { SENDERS } from '../../../src/senders/registry.ts';
import { createSecretCache } from '../../../src/verify/secret-source.ts';
import { createSecretsManagerClient, fetchSigningKeys } from '../../../src/verify/secrets-manager.ts';
import { createVerifier, type Verdict } from '../../../src/verify/verify-delivery.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const BODY = Buffer.from('{"webhookEvent":"jira:issue_updated"}');

const VERIFIED: Verdict = { outcome: 'verified', secret: 'jira_webhook_secret' };
const REFUSED: Verdict = { outcome: 'refused' };
const UNAVAILABLE: Verdict = { outcome: 'unavailable' };

/** A store of its own that holds one key, `main`, and a process that verifies by it. */
const openWorld = async () => {
  const store = await startSecretsManager(ARN);
  store.put(JSON.stringify({ jira_webhook_secret: 'main' }), START);
  const client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint });
  let now = START;
  const clock = () => now;
  const fetch = () => fetchSigningKeys(client, ARN, { source: 'jira', graceHours: 24, clock });
  const secrets = createSecretCache({ fetch, clock, log: { warn: () => {} } });
  const verifier = createVerifier({ scheme: SENDERS.jira.scheme, secrets, clock });
  return {
    store,
    secrets,
    check: () => verifier.check(),
    deliver: (secret: string): Promise<Verdict> => {
      const digest = createHmac('sha256', secret).update(BODY).digest('hex');
      return verifier.verify(new Map([['x-hub-signature', `sha256=${digest}`]]), BODY);
    },
    pass: (ms: number): void => {
      now += ms;
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      client.destroy();
      await store.close();
    },
  };
};

const WAYS: [string, (store: FakeSecretsManager) => void | Promise<void>][] = [
  ['refuses connections', (store) => store.refuse()],
  ['answers 500', (store) => store.fail({ kind: 'error', status: 500, type: 'InternalServiceError' })],
  ['throttles', (store) => store.fail({ kind: 'error', status: 400, type: 'ThrottlingException' })],
  ['denies access', (store) => store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' })],
  ['cuts connections', (store) => store.fail({ kind: 'cut' })],
  ['never answers', (store) => store.fail({ kind: 'hang' })],
  ['answers too late', (store) => store.fail({ kind: 'delay', ms: 5000 })],
];

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
});

afterAll(() => void vi.unstubAllEnvs());

// They wait for what the fetch allows a store, so they wait beside each other.
describe.concurrent('a store that is down', () => {
  it.each(WAYS)('and %s makes a cold process unavailable until it is back', async (_, breakIt) => {
    await using world = await openWorld();
    const { store, secrets } = world;
    await breakIt(store);
    secrets.prefetch();
    expect(await world.deliver('main')).toEqual(UNAVAILABLE);
    expect(await world.check()).toBe('failing');
    store.heal();
    await store.accept();
    expect(await world.deliver('main')).toEqual(VERIFIED);
    expect(await world.check()).toBe('ok');
  });

  it.each(WAYS)('and %s leaves a warm process verifying, and makes mismatches 503', async (_, breakIt) => {
    await using world = await openWorld();
    const { store } = world;
    await world.deliver('main');
    await breakIt(store);
    world.pass(6 * MINUTE);
    expect(await world.deliver('main')).toEqual(VERIFIED);
    expect(await world.check()).toBe('ok');
    expect(await world.deliver('wrong')).toEqual(UNAVAILABLE);
    world.pass(10 * SECOND);
    expect(await world.deliver('wrong')).toEqual(UNAVAILABLE);
    expect(await world.deliver('main')).toEqual(VERIFIED);
    store.heal();
    await store.accept();
    world.pass(30 * SECOND);
    expect(await world.deliver('wrong')).toEqual(REFUSED);
  });
});
