import { embeddedConfig } from '../../src/local/aws-config.ts';
import { type EngineProcess, engineBinary, spawnEngine } from '../../src/local/engine-process.ts';
import { createDynamoDb } from '../../src/platform/dynamodb.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { SECRET } from '../bench/http/bodies.ts';
import { type ServerProcess, startServer } from '../bench/http/child.ts';
import type { FloorSetup } from '../bench/http/floor-server.ts';
import { learnWrites } from '../bench/http/learn-writes.ts';
import { tempFolder } from '../bench/shared/temp-folder.ts';
import { freePort } from '../support/loopback-server.ts';
import { meanText } from './mixed-deliveries.ts';

export const TABLE_NAME = 'load';

export type Instance = { server: ServerProcess; engine: ChangedEngine };

/**
 * On a machine with much memory V8 lets garbage lie: some 350 MB with 45 MB in use. With limits that a small
 * function would have, what is really held shows, and a leak ends the process.
 */
const HEAP_LIMITS = '--max-old-space-size=128 --max-semi-space-size=2';

/** The real instance in a process of its own, on an engine that can be changed under it. */
export const startOurs = async (
  owned: AsyncDisposableStack,
  options: { correlate: boolean; limitHeap: boolean },
): Promise<Instance> => {
  const engine = await startChangedEngine(TABLE_NAME);
  owned.defer(engine.stop);
  const { LOCAL_DB_PATH: _memory, ...inherited } = process.env;
  const env = {
    ...inherited,
    TABLE_NAME,
    JIRA_WEBHOOK_SECRET: SECRET,
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    ARTIFACTS_DIR: tempFolder(owned),
    RC_LOG_JSON: 'true',
    ...(options.limitHeap ? { NODE_OPTIONS: HEAP_LIMITS } : {}),
    PORT: '0',
  };
  const server = await startServer({ file: 'our-server.ts', setup: options, env }, owned);
  return { server, engine };
};

/**
 * The floor under the same load, its database and its heap as ours. It writes as much of each delivery as we write of
 * one of mean size.
 */
export const startFloor = async (owned: AsyncDisposableStack): Promise<Instance> => {
  const setup: FloorSetup = { templates: await learnWrites(owned, meanText()), writesAliases: true };
  const engine = await startChangedEngine(setup.templates.put.TableName ?? '');
  owned.defer(engine.stop);
  const env = {
    ...process.env,
    AWS_ENDPOINT_URL_DYNAMODB: engine.endpoint,
    NODE_OPTIONS: HEAP_LIMITS,
  };
  return { server: await startServer({ file: 'floor-server.ts', setup, env }, owned), engine };
};

/** An engine at one address that can be changed for an empty one. */
type ChangedEngine = { endpoint: string; change(): Promise<void>; stop(): Promise<void> };

const TRIES = 500;

const untilTable = async (endpoint: string, tableName: string): Promise<void> => {
  const client = createDynamoDb(embeddedConfig(endpoint));
  for (let tried = 0; ; tried += 1)
    try {
      await ensureTable(client, tableName);
      client.destroy();
      return;
    } catch (fault) {
      if (tried === TRIES) throw fault;
    }
};

/**
 * The embedded engine searches all it has ever stored for each write. Over a long load that would be measured and
 * nothing else, so it is changed while the instance under load goes on.
 */
const startChangedEngine = async (tableName: string): Promise<ChangedEngine> => {
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port}`;
  const start = (): EngineProcess =>
    spawnEngine(engineBinary(), ['--host', '127.0.0.1', '--port', String(port)]);
  let engine = start();
  await untilTable(endpoint, tableName);
  return {
    endpoint,
    change: async () => {
      await engine.stop();
      engine = start();
      await untilTable(endpoint, tableName);
    },
    stop: () => engine.stop(),
  };
};
