import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createSecretsManagerClient, fetchSecret } from '../../../src/verify/secrets-manager.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const CREATED = Date.UTC(2026, 10, 20, 12, 0, 0);
const HOUR = 3_600_000;

beforeAll(() => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
});

afterAll(() => void vi.unstubAllEnvs());

/** A store of its own with two versions, and a client of it. */
const openStore = async () => {
  const store = await startSecretsManager(ARN);
  store.put('old', CREATED - HOUR);
  store.put('new', CREATED);
  const client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint });
  return {
    store,
    client,
    both: () => fetchSecret(client, ARN, () => true),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      client.destroy();
      await store.close();
    },
  };
};

/** A peer that accepts connections and never reads. */
const startMute = async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sockets,
    [Symbol.asyncDispose]: async (): Promise<void> => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
};

// Each waits for its limit, so they wait beside each other.
describe.concurrent('a store that does not answer', () => {
  it.each(['hang', 'stall'] as const)(
    'is given up when it accepts and does not answer in full (%s), because a fetch is bounded',
    async (kind) => {
      await using opened = await openStore();
      opened.store.fail({ kind });
      await expect(opened.both()).rejects.toMatchObject({ name: 'TimeoutError' });
      await vi.waitFor(() => expect(opened.store.abandoned).toBeGreaterThan(0));
    },
  );

  it('is given up when only AWSPREVIOUS hangs, because the bound is for both reads together', async () => {
    await using opened = await openStore();
    opened.store.fail({ kind: 'hang' }, { stages: ['AWSPREVIOUS'] });
    await expect(opened.both()).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('is given up by the client alone, because its own timeout must be an error and not a warning', async () => {
    await using opened = await openStore();
    opened.store.fail({ kind: 'hang' });
    const command = new GetSecretValueCommand({ SecretId: ARN, VersionStage: 'AWSCURRENT' });
    await expect(opened.client.send(command)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(opened.store.requests.AWSCURRENT).toBe(2);
  });
});

describe.concurrent('what the SDK’s own timeouts do not cover', () => {
  it('is bounded for a peer that accepts and never reads, because the deadline does not depend on it', async () => {
    await using peer = await startMute();
    const mute = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: peer.endpoint });
    await expect(fetchSecret(mute, ARN, () => true)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(peer.sockets.length).toBeGreaterThan(0);
    mute.destroy();
  });

  it('is bounded for credentials that never come, because no request timeout has begun then', async () => {
    await using opened = await openStore();
    const credentials = () => new Promise<never>(() => undefined);
    const waiting = new SecretsManagerClient({ endpoint: opened.store.endpoint, credentials });
    await expect(fetchSecret(waiting, ARN, () => true)).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(opened.store.requests.AWSCURRENT).toBe(0);
  });
});
