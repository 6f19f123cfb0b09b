import { embeddedConfig } from '../../src/local/aws-config.ts';
import { type EngineProcess, engineBinary, spawnEngine } from '../../src/local/engine-process.ts';
import { createDynamoDb } from '../../src/platform/dynamodb.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import { freePort } from '../support/free-port.ts';

/** An engine at one address that can be changed for an empty one. */
export type ChangedEngine = { endpoint: string; change(): Promise<void>; stop(): Promise<void> };

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
export const startChangedEngine = async (tableName: string): Promise<ChangedEngine> => {
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
