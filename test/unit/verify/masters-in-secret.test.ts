import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createMasterCache, fetchMasters } from '../../../src/verify/master-cache.ts';
import { createSecretsManagerClient } from '../../../src/verify/secrets-manager.ts';
import { type FakeSecretsManager, startSecretsManager } from '../../support/secrets-manager.ts';

const ARN = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:webhooks-AbCdEf';
const START = Date.UTC(2026, 10, 22, 19, 0, 0);
const [FIRST, SECOND] = ['a1'.repeat(32), 'b2'.repeat(32)];

let store: FakeSecretsManager;
let client: SecretsManagerClient;
let lines: unknown[][];

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-central-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIDEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'example');
  store = await startSecretsManager(ARN);
  client = createSecretsManagerClient({ AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint });
  lines = [];
});

afterEach(async () => {
  client.destroy();
  await store.close();
  vi.unstubAllEnvs();
});

/** A process of its own. */
const open = (time: { now: number }) => {
  const log = { warn: (...line: unknown[]) => void lines.push(line) };
  const clock = () => time.now;
  return createMasterCache({ fetch: () => fetchMasters(client, ARN, log), clock, steady: clock, log });
};

describe('masters in the secret of all sources', () => {
  it('come from its current version alone, read once for many that ask', async () => {
    store.put(JSON.stringify({ connections_master_2: SECOND }), START);
    store.put(JSON.stringify({ jira_webhook_secret: 'x', connections_master_1: FIRST }), START);
    const process = open({ now: START });
    const keys = await Promise.all([1, 1, 1, 2].map((number) => process.masterOf(number)));
    expect(keys).toEqual([...Array(3).fill(Buffer.from(FIRST, 'hex')), 'missing']);
    expect(store.requests).toEqual({ AWSCURRENT: 1, AWSPREVIOUS: 0 });
  });

  it('that are new reach every process 2 s after a row named them, however often it is asked', async () => {
    const time = { now: START };
    const processes = [open(time), open(time)];
    store.put(JSON.stringify({ connections_master_1: FIRST }), START);
    for (const process of processes) {
      await process.masterOf(1);
      expect(await process.masterOf(2)).toBe('missing');
    }
    store.put(JSON.stringify({ connections_master_1: FIRST, connections_master_2: SECOND }), START);
    for (const process of processes) expect(await process.masterOf(2)).toBe('missing');
    expect(store.requests.AWSCURRENT).toBe(2);
    time.now += 2_000;
    for (const process of processes) expect(await process.masterOf(2)).toEqual(Buffer.from(SECOND, 'hex'));
    expect(store.requests.AWSCURRENT).toBe(4);
  });

  it.each<[string, string | null]>([
    ['binary', null],
    ['empty', ''],
    ['no JSON', `connections_master_1=${FIRST}`],
    ['a list', JSON.stringify([FIRST])],
  ])('of a secret that is %s are unavailable, and the log quotes nothing of it', async (_, document) => {
    store.put(document, START);
    expect(await open({ now: START }).masterOf(1)).toBe('unavailable');
    expect(lines).toHaveLength(1);
    expect(JSON.stringify(lines)).toContain('the secret is not a JSON object');
    expect(JSON.stringify(lines)).not.toContain(FIRST);
  });

  it('are unavailable soon while the store hangs, because the sender waits', async () => {
    store.put(JSON.stringify({ connections_master_1: FIRST }), START);
    store.fail({ kind: 'hang' });
    const begun = performance.now();
    expect(await open({ now: START }).masterOf(1)).toBe('unavailable');
    // 1.2 s, and time for a machine that is busy.
    expect(performance.now() - begun).toBeLessThan(10_000);
  });
});
