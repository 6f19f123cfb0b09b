import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { readEnv } from '../../contract/env.ts';
import type { Correlated } from '../../local/local-correlation.ts';
import { type Instance, startInstance } from '../../local/run-instance.ts';
import { createDynamoDb } from '../../platform/dynamodb.ts';
import { createLogger } from '../../platform/logger.ts';

type Secrets = { jira: string; commits: string };

const newSecret = (): string => randomBytes(32).toString('base64url');

/** Settings of the demo's own: nothing of the environment but another DynamoDB, where there is no embedded one. */
const demoEnv = (secrets: Secrets, folder: string, source: NodeJS.ProcessEnv) =>
  readEnv({
    JIRA_WEBHOOK_SECRET: secrets.jira,
    COMMITS_WEBHOOK_SECRET: secrets.commits,
    PORT: '0',
    LOG_LEVEL: 'silent',
    RC_LOG_JSON: 'true',
    TABLE_NAME: `jira-webhook-sync-demo-${randomBytes(6).toString('hex')}`,
    ARTIFACTS_DIR: folder,
    AWS_ENDPOINT_URL_DYNAMODB: source.AWS_ENDPOINT_URL_DYNAMODB,
  });

/** Somebody else's database must not keep the demo's table. */
const dropTable = async ({ dynamodb, tableName }: Instance): Promise<void> => {
  const client = createDynamoDb(dynamodb);
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  client.destroy();
};

/** Where the demo tells its story, and how it learns that everything told is correlated. */
export type Stage = { url: string; secret: string; commitsSecret: string; correlated: Correlated };

/** An instance for this process alone, on a free port and with a table and folder that go with it. */
export const withOwnInstance = async <T>(
  work: (stage: Stage) => Promise<T>,
  source: NodeJS.ProcessEnv = process.env,
): Promise<T> => {
  const secrets = { jira: newSecret(), commits: newSecret() };
  const folder = mkdtempSync(join(tmpdir(), 'jira-webhook-sync-demo-'));
  await using owned = new AsyncDisposableStack();
  owned.defer(() => rmSync(folder, { recursive: true, force: true }));
  const env = demoEnv(secrets, folder, source);
  const instance = await startInstance({ env, log: createLogger(env) });
  owned.defer(instance.stop);
  if (env.AWS_ENDPOINT_URL_DYNAMODB !== undefined) owned.defer(() => dropTable(instance));
  const { url, correlated } = instance;
  return await work({ url, secret: secrets.jira, commitsSecret: secrets.commits, correlated });
};
