import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createSecretsManagerClient,
  fetchSecret,
  fetchSigningKeys,
} from '../../../src/verify/secrets-manager.ts';
import { startScripted } from '../../support/scripted-database.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const CREATED = Date.UTC(2026, 10, 20, 12, 0, 0);
const HOUR = 3_600_000;

let store: FakeSecretsManager;
let client: SecretsManagerClient;

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  store = await startSecretsManager(ARN);
  client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint });
});

afterEach(async () => {
  client.destroy();
  await store.close();
  vi.unstubAllEnvs();
});

const both = () => fetchSecret(client, ARN, () => true);

describe('fetching the secret', () => {
  it('reads both stages, because an overwrite by hand leaves the old secret in AWSPREVIOUS', async () => {
    store.put('old', CREATED - HOUR);
    store.put('new', CREATED);
    expect(await both()).toEqual({ current: 'new', createdMs: CREATED, previous: 'old' });
  });

  it('keeps the milliseconds of CreatedDate, because it arrives as seconds with a fraction', async () => {
    store.put('new', CREATED + 123);
    expect((await both()).createdMs).toBe(1_795_176_000_123);
  });

  it('answers null for an AWSPREVIOUS that is not there, because a new secret has none', async () => {
    store.put('new', CREATED);
    expect((await both()).previous).toBeNull();
  });

  it('answers null for an AWSPREVIOUS whose label was taken away, because that revokes it', async () => {
    store.put('old', CREATED - HOUR);
    store.put('new', CREATED);
    store.unlabel('AWSPREVIOUS');
    expect((await both()).previous).toBeNull();
  });

  it('does not ask for AWSPREVIOUS when it is not needed, because every read costs', async () => {
    store.put('old', CREATED - HOUR);
    store.put('new', CREATED);
    expect(await fetchSecret(client, ARN, () => false)).toEqual({
      current: 'new',
      createdMs: CREATED,
      previous: null,
    });
    expect(store.requests).toEqual({ AWSCURRENT: 1, AWSPREVIOUS: 0 });
  });

  it('takes a binary secret as an empty text, which is then reported as no JSON', async () => {
    await using scripted = await startScripted(() => ({ SecretBinary: 'AA==' }));
    const other = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: scripted.endpoint });
    const stages = await fetchSecret(other, ARN, () => false);
    other.destroy();
    expect(stages).toEqual({ current: '', createdMs: null, previous: null });
  });

  it('does not lose a version that is overwritten between the two reads, because it reads AWSCURRENT first', async () => {
    store.put('first', CREATED - HOUR);
    store.put('second', CREATED);
    const stages = await fetchSecret(client, ARN, () => {
      store.put('third', CREATED + HOUR);
      return true;
    });
    expect([stages.current, stages.previous]).toContain('second');
  });

  it('fails when there is no AWSCURRENT, because a missing secret is our fault', async () => {
    await expect(both()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('answers an empty text for a binary secret, because that is no JSON object either', async () => {
    store.put(null, CREATED);
    expect((await both()).current).toBe('');
  });
});

describe('a store with a fault', () => {
  beforeEach(() => {
    store.put('old', CREATED - HOUR);
    store.put('new', CREATED);
  });

  it('is asked once more after a 500, because that often passes', async () => {
    store.fail({ kind: 'error', status: 500, type: 'InternalServiceError' }, { times: 1 });
    expect((await both()).current).toBe('new');
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('is asked once more after a cut connection, because a thawed process may hold a dead one', async () => {
    store.fail({ kind: 'cut' }, { times: 1 });
    expect((await both()).current).toBe('new');
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('is asked no more than twice, because the sender is waiting', async () => {
    store.fail({ kind: 'error', status: 500, type: 'InternalServiceError' });
    await expect(both()).rejects.toMatchObject({ name: 'InternalServiceError' });
    expect(store.requests.AWSCURRENT).toBe(2);
  });

  it('is asked only once when it denies access, because asking again does not help', async () => {
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' });
    await expect(both()).rejects.toMatchObject({ name: 'AccessDeniedException' });
    expect(store.requests.AWSCURRENT).toBe(1);
  });

  it('fails the fetch when it throttles, because there is no secret then', async () => {
    store.fail({ kind: 'error', status: 400, type: 'ThrottlingException' });
    await expect(both()).rejects.toThrow();
    expect(store.requests.AWSCURRENT).toBeLessThanOrEqual(2);
  });

  it('fails the fetch when only AWSPREVIOUS cannot be read, because its deliveries would be refused for good', async () => {
    store.fail({ kind: 'error', status: 400, type: 'AccessDeniedException' }, { stages: ['AWSPREVIOUS'] });
    await expect(both()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('fails the fetch when connections are refused, and works again when they are not', async () => {
    await store.refuse();
    await expect(both()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await store.accept();
    expect((await both()).current).toBe('new');
  });

  it('serves when it is slow but in time, because late is better than 503', async () => {
    store.fail({ kind: 'delay', ms: 150 });
    expect((await both()).previous).toBe('old');
  });
});

describe('fetching the signing keys', () => {
  const keysAt = async (now: number) =>
    (await fetchSigningKeys(client, ARN, { source: 'jira', graceHours: 24, clock: () => now })).map(
      ({ name, key }) => `${name}=${key}`,
    );

  beforeEach(() => {
    store.put('{"jira_webhook_secret":"old"}', CREATED - HOUR);
  });

  it('has AWSPREVIOUS during the grace, because the sender may still sign with it', async () => {
    store.put('{"jira_webhook_secret":"new"}', CREATED);
    expect(await keysAt(CREATED + 24 * HOUR - 1)).toEqual(['jira_webhook_secret=new', 'AWSPREVIOUS=old']);
  });

  it('does not read AWSPREVIOUS after the grace, because it verifies nothing any more', async () => {
    store.put('{"jira_webhook_secret":"new"}', CREATED);
    expect(await keysAt(CREATED + 24 * HOUR)).toEqual(['jira_webhook_secret=new']);
    expect(store.requests.AWSPREVIOUS).toBe(0);
  });

  it('does not read AWSPREVIOUS of a managed rotation, because the keys govern', async () => {
    store.put('{"jira_webhook_secret":"new","jira_webhook_secret_previous":""}', CREATED);
    expect(await keysAt(CREATED)).toEqual(['jira_webhook_secret=new']);
    expect(store.requests.AWSPREVIOUS).toBe(0);
  });

  it.each(['not JSON', null])(
    'fails for %j, because a secret we cannot read is our fault',
    async (document) => {
      store.put(document, CREATED);
      await expect(keysAt(CREATED)).rejects.toMatchObject({ name: 'SecretDocumentError' });
    },
  );
});
