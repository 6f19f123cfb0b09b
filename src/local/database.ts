import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { ConfigError } from '../errors/errors.ts';
import { createDynamoDb } from '../platform/dynamodb.ts';
import { ensureTable } from '../store/calls/create-table.ts';
import { embeddedConfig, externalConfig } from './aws-config.ts';
import { startEngine } from './engine.ts';
import { faultCode, StartError } from './start-error.ts';

/** The DynamoDB of an instance. `died` resolves with a message for people when an embedded one has ended. */
export type Database = { endpoint: string; config: DynamoDBClientConfig; died: Promise<string> };

const never = new Promise<string>(() => {});

/** The one the environment names, else an embedded one, which `owned` then ends. @throws StartError */
export const startDatabase = async (env: Env, owned: AsyncDisposableStack): Promise<Database> => {
  const endpoint = env.AWS_ENDPOINT_URL_DYNAMODB;
  if (endpoint !== undefined) return { endpoint, config: await externalConfig(endpoint), died: never };
  const engine = await startEngine({ dbPath: env.LOCAL_DB_PATH });
  owned.defer(engine.stop);
  const died = engine.exited.then((how) => `The embedded DynamoDB ended by itself (${how})`);
  return { endpoint: engine.endpoint, config: embeddedConfig(engine.endpoint), died };
};

/**
 * Makes the table unless it is there.
 * @returns true when it is a new one
 * @throws StartError, or ConfigError when it is another one's
 */
export const makeTable = async ({ config, endpoint }: Database, name: string): Promise<boolean> => {
  const client = createDynamoDb(config);
  try {
    return await ensureTable(client, name);
  } catch (fault) {
    if (fault instanceof ConfigError) throw fault;
    throw new StartError(
      `The table ${name} cannot be read or made at ${endpoint} (${faultCode(fault)}): is a DynamoDB running there?`,
    );
  } finally {
    client.destroy();
  }
};
