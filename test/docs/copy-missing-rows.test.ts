import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeleteCommand, PutCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { createDocumentClient, createDynamoDb } from '../../src/platform/dynamodb.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { connectionKey } from '../../src/store/calls/keys.ts';
import { createConnection, removeConnection } from '../../src/store/connections/change-connection.ts';
import { getConnection } from '../../src/store/connections/connection-row.ts';
import { COMPILE_CACHE } from '../support/compile-cache.ts';
import { someConnection, someRun } from '../support/connections.ts';
import { runHere } from '../support/run-here.ts';
import { useEngine } from '../support/use-engine.ts';

const PROJECT = join(import.meta.dirname, '../..');
const FROM = 'restored';
const TO = 'in-use';
const FUTURE = 4_000_000_000;

const engine = useEngine();

beforeAll(async () => {
  const client = createDynamoDb(embeddedConfig(engine.endpoint));
  for (const table of [FROM, TO]) await ensureTable(client, table);
  client.destroy();
});

type Row = { pk: string; sk: string; [name: string]: unknown };

const put = async (table: string, rows: Row[]): Promise<void> => {
  const client = createDocumentClient(embeddedConfig(engine.endpoint));
  for (const Item of rows) await client.send(new PutCommand({ TableName: table, Item }));
  client.destroy();
};

const scan = async (table: string) => {
  const client = createDocumentClient(embeddedConfig(engine.endpoint));
  const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
  client.destroy();
  return Items.map(({ pk, sk, note }) => `${pk} ${sk} ${note}`).sort();
};

const SCRIPT = 'docs/runbooks/copy-missing-rows.ts';

const environment = () => ({
  PATH: process.env.PATH,
  AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
});

/** In this process. */
const run = async (...args: string[]): Promise<unknown> => {
  const { code, stdout } = await runHere(SCRIPT, args, environment());
  expect(code ?? 0).toBe(0);
  return JSON.parse(stdout);
};

/** In a process of its own, as the runbook does. */
const spawnRun = async (...args: string[]): Promise<unknown> => {
  const settings = { cwd: PROJECT, env: { ...environment(), ...COMPILE_CACHE } };
  const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT, ...args], settings);
  return JSON.parse(stdout);
};

describe('copy-missing-rows', () => {
  it('brings back what is gone and leaves what is there, because the table is in use', async () => {
    await put(FROM, [
      { pk: 'I#default#1', sk: 'S', note: 'old' },
      { pk: 'I#default#2', sk: 'S', note: 'lost' },
      { pk: 'E#evt_1', sk: 'E', note: 'lost', expires_at: FUTURE },
      { pk: 'E#evt_2', sk: 'E', note: 'expired', expires_at: 1_000 },
      { pk: 'SWEEP#default', sk: 'W', note: 'how far the sweep came then' },
    ]);
    await put(TO, [{ pk: 'I#default#1', sk: 'S', note: 'new' }]);
    expect(await run(FROM, TO, '--dry-run')).toEqual({ looked_at: 3, missing: 2, copied: 0, dry_run: true });
    expect(await scan(TO)).toEqual(['I#default#1 S new']);
    expect(await spawnRun(FROM, TO)).toEqual({ looked_at: 3, missing: 2, copied: 2, dry_run: false });
    expect(await scan(TO)).toEqual(['E#evt_1 E lost', 'I#default#1 S new', 'I#default#2 S lost']);
    expect(await run(FROM, TO)).toEqual({ looked_at: 3, missing: 0, copied: 0, dry_run: false });
  });

  it('leaves out a connection that was removed since, because its secret would be right again', async () => {
    const config = embeddedConfig(engine.endpoint);
    const [client, documentClient] = [createDynamoDb(config), createDocumentClient(config)];
    const store = (name: string) => ({ table: { client, documentClient, name } });
    const audit = { who: 'local', what: 'connection-removed' } as const;
    const [removed, lost] = [someConnection(), someConnection()];
    for (const connection of [removed, lost]) {
      await createConnection(store(FROM), connection, audit, someRun());
      await createConnection(store(TO), connection, audit, someRun());
    }
    await removeConnection(store(TO), removed, audit, someRun());
    await documentClient.send(new DeleteCommand({ TableName: TO, Key: connectionKey(lost.connection_id) }));
    expect(await run(FROM, TO, '--dry-run')).toMatchObject({ missing: 1 });
    await run(FROM, TO);
    const now = { ...store(TO), signal: AbortSignal.timeout(10_000) };
    expect(await getConnection(now, removed.connection_id)).toBeNull();
    expect(await getConnection(now, lost.connection_id)).toMatchObject(lost);
    for (const one of [documentClient, client]) one.destroy();
  });

  it('copies more rows than one request takes', async () => {
    const rows = Array.from({ length: 120 }, (_, i) => ({
      pk: `C#default#acme#${i}`,
      sk: 'L',
      note: String(i),
    }));
    await put(FROM, rows);
    expect(await run(FROM, TO)).toMatchObject({ missing: 120, copied: 120 });
  });

  it.each([
    ['nothing', []],
    ['the same table twice', [FROM, FROM]],
    ['another flag', [FROM, TO, '--all']],
  ])('refuses %s, because that is a mistake', async (_, args) => {
    const exit = vi.spyOn(process, 'exit').mockImplementation((code) => {
      throw Object.assign(new Error('exit'), { code });
    });
    await expect(run(...args)).rejects.toMatchObject({ code: 2 });
    exit.mockRestore();
  });
});
