import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnv } from '../../../src/contract/env.ts';
import { writeInstance } from '../../../src/local/instance.ts';
import { startInstance } from '../../../src/local/run-instance.ts';
import { createLogger } from '../../../src/platform/logger.ts';
import { rawBodiesIn } from '../../../src/store/events/put-event.ts';
import { openObjects, openTable } from '../../../src/wiring/open.ts';

export const SECRET = 'a secret for tests';

/** An instance for a test file, with a folder of its own, and how a command is told of it. */
export const startTestInstance = async ({ correlate = false } = {}) => {
  const folder = await mkdtemp(join(tmpdir(), 'instance-'));
  const env = readEnv({
    JIRA_WEBHOOK_SECRET: SECRET,
    PORT: '0',
    LOG_LEVEL: 'silent',
    TABLE_NAME: 'cli-test',
    ARTIFACTS_DIR: folder,
  });
  const instance = await startInstance({ env, log: createLogger(env), correlate });
  const { url, dynamodb, dynamodbEndpoint } = instance;
  const instanceFile = join(folder, 'instance.json');
  writeInstance(
    {
      ...{ url, dynamodb_endpoint: dynamodbEndpoint, table_name: 'cli-test', artifacts_dir: folder },
      ...{ secret: SECRET, commits_secret: null, manage_token: instance.manageToken, started_at: '' },
    },
    instanceFile,
  );
  return {
    url,
    folder,
    endpoint: dynamodbEndpoint,
    /** Where commands find it, and its token. */
    instanceFile,
    /** Flags and environment of the commands that deliver. */
    deliverTo: ['--url', url, '--secret', SECRET],
    /** Flags of the commands that work on the table. */
    table: ['--table', 'cli-test', '--endpoint', dynamodbEndpoint],
    /** The environment that goes with them. */
    env: { ARTIFACTS_DIR: folder },
    get: async (path: string): Promise<{ status: number; body: unknown }> => {
      const response = await fetch(`${url}${path}`);
      return { status: response.status, body: await response.json() };
    },
    /** What the handlers use, for what cannot be brought about by a delivery. */
    events: { table: openTable(env, dynamodb), rawBodies: rawBodiesIn(openObjects(env)), retention_days: 30 },
    stop: async (): Promise<void> => {
      await instance.stop();
      await rm(folder, { recursive: true });
    },
  };
};

export type TestInstance = Awaited<ReturnType<typeof startTestInstance>>;
