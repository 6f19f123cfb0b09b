import { existsSync } from 'node:fs';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { pino } from 'pino';
import { describe, expect, it, vi } from 'vitest';
import { readEnv } from '../../../src/contract/env.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { createDynamoDb } from '../../../src/platform/dynamodb.ts';
import { startTestEngine } from '../../support/engine.ts';
import { startFaultProxy } from '../../support/fault-proxy.ts';
import { startSecretsManager } from '../../support/secrets-manager.ts';
import { eventually, temporaryFolder } from './processes.ts';

const folder = temporaryFolder();
const log = pino({ level: 'silent' });
const env = (more: Record<string, string> = {}) => readEnv({ PORT: '0', ARTIFACTS_DIR: folder, ...more });

describe('an instance in this process', () => {
  it('answers, and stops once however often it is asked, because a demo and a signal may both ask', async () => {
    const instance = await startInstance({ env: env(), log });
    expect([instance.secretMade, instance.commitsSecretMade]).toEqual([true, true]);
    expect(instance.commitsSecret).not.toBe(instance.secret);
    expect(await (await fetch(`${instance.url}/health`)).json()).toEqual({
      status: 'ok',
      checks: { table: 'ok', secret: 'ok' },
    });
    await Promise.all([instance.stop(), instance.stop()]);
    await expect(fetch(instance.url)).rejects.toThrow();
    await expect(createDynamoDb(instance.dynamodb).send(new ListTablesCommand({}))).rejects.toThrow(
      'ECONNREFUSED',
    );
  });

  it('keeps the secret it is given and knows where things lie, because other commands ask for it', async () => {
    const instance = await startInstance({
      env: env({ JIRA_WEBHOOK_SECRET: 'given', COMMITS_WEBHOOK_SECRET: 'for commits', TABLE_NAME: 'mine' }),
      log,
    });
    expect(instance).toMatchObject({
      secret: 'given',
      secretMade: false,
      commitsSecret: 'for commits',
      commitsSecretMade: false,
      tableName: 'mine',
      artifactsFolder: folder,
    });
    await instance.stop();
  });

  it('makes the one secret that is missing, because each source has its own', async () => {
    const instance = await startInstance({ env: env({ COMMITS_WEBHOOK_SECRET: 'given' }), log });
    expect([instance.secretMade, instance.commitsSecretMade]).toEqual([true, false]);
    await instance.stop();
  });

  it('has no secret to show when an ARN names it, and still starts while its store is away', async () => {
    const instance = await startInstance({
      env: env({
        JIRA_WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:123456789012:secret:jira-AbCdEf',
        AWS_ENDPOINT_URL_SECRETS_MANAGER: 'http://127.0.0.1:9',
        ARTIFACTS_BUCKET: 'a-bucket',
      }),
      log,
    });
    expect([instance.secret, instance.secretMade, instance.artifactsFolder]).toEqual([null, false, null]);
    expect([instance.commitsSecret, instance.commitsSecretMade]).toEqual([null, false]);
    await instance.stop();
  });

  it('reads its secret from a Secrets Manager on this machine without AWS settings, because none are needed', async () => {
    const arn = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:jira-AbCdEf';
    const store = await startSecretsManager(arn);
    store.put(JSON.stringify({ jira_webhook_secret: 'of the store' }), 0);
    const settings = { JIRA_WEBHOOK_SECRET_ARN: arn, AWS_ENDPOINT_URL_SECRETS_MANAGER: store.endpoint };
    vi.stubEnv('AWS_REGION', undefined);
    vi.stubEnv('AWS_ACCESS_KEY_ID', undefined);
    const instance = await startInstance({ env: env(settings), log });
    vi.unstubAllEnvs();
    const { checks } = JSON.parse(await (await fetch(`${instance.url}/health`)).text());
    expect(checks).toEqual({ table: 'ok', secret: 'ok' });
    await instance.stop();
    await store.close();
  });

  it('sweeps a table that was there and none that it made, because nothing waits in a new one', async () => {
    const engine = await startTestEngine();
    const proxy = await startFaultProxy(engine.endpoint);
    const queriesOfAStart = async (): Promise<number> => {
      proxy.seen.length = 0;
      const instance = await startInstance({ env: env({ AWS_ENDPOINT_URL_DYNAMODB: proxy.endpoint }), log });
      await eventually(() => proxy.seen.some(({ body }) => body.includes('swept_ms')));
      await instance.stop();
      return proxy.seen.filter(({ operation, body }) => operation === 'Query' && body.includes('by_day'))
        .length;
    };
    expect(await queriesOfAStart()).toBe(0);
    expect(await queriesOfAStart()).toBeGreaterThan(0);
    await proxy.close();
    await engine.stop();
  });

  it('leaves nothing running when a later step fails, because nobody could stop it', async () => {
    const first = await startInstance({ env: env(), log });
    const port = new URL(first.url).port;
    const dbPath = `${folder}/failed.db`;
    const failing = startInstance({ env: env({ PORT: port, LOCAL_DB_PATH: dbPath }), log });
    await expect(failing).rejects.toThrow(`Port ${port} on 127.0.0.1 is taken`);
    expect(existsSync(`${dbPath}-wal`)).toBe(false);
    const second = await startInstance({ env: env({ LOCAL_DB_PATH: dbPath }), log });
    await Promise.all([first.stop(), second.stop()]);
  });
});
