import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetRandomPasswordCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { signatureOf } from '../../src/cli/shared/exchange.ts';
import { readEnv } from '../../src/contract/env.ts';
import { PROJECT_FOLDER } from '../../src/local/project.ts';
import { startInstance } from '../../src/local/run-instance.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { expectFact, type Finding } from './findings.ts';
import { clientConfig } from './make-stack.ts';

const SAMPLE = join(PROJECT_FOLDER, 'src/cli/samples/issue-created.json');
const TRIES = 100;
const TRY_MS = 100;

export type Secret = { arn: string; text: string; remove(): Promise<void> };

/** Makes the secret as the template generates it, by the service itself: some endpoints have no such resource. */
export const makeSecret = async (endpoint: string, key: string, length: number): Promise<Secret> => {
  const client = new SecretsManagerClient(clientConfig(endpoint));
  const wanted = { PasswordLength: length, ExcludePunctuation: true };
  const { RandomPassword = '' } = await client.send(new GetRandomPasswordCommand(wanted));
  const SecretString = JSON.stringify({ [key]: RandomPassword });
  const Name = `data-resources-${Date.now()}`;
  const { ARN = '' } = await client.send(new CreateSecretCommand({ Name, SecretString }));
  const remove = async (): Promise<void> =>
    void (await client.send(new DeleteSecretCommand({ SecretId: ARN, ForceDeleteWithoutRecovery: true })));
  return { arn: ARN, text: RandomPassword, remove };
};

export type Used = { endpoint: string; tableName: string; bucketName: string; secret: Secret };

const environment = ({ endpoint, tableName, bucketName, secret }: Used): NodeJS.ProcessEnv => ({
  TABLE_NAME: tableName,
  ARTIFACTS_BUCKET: bucketName,
  JIRA_WEBHOOK_SECRET_ARN: secret.arn,
  AWS_ENDPOINT_URL_DYNAMODB: endpoint,
  AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint,
  PORT: '0',
  LOG_LEVEL: 'silent',
});

/** True when the run document of the delivery is in the bucket within seconds; `list` names what is there. */
const waitForDocument = async (list: () => Promise<string[]>): Promise<boolean> => {
  for (let tried = 0; tried < TRIES; tried += 1, await sleep(TRY_MS))
    if ((await list()).some((name) => name.endsWith('latest.json'))) return true;
  return false;
};

/** Runs the real instance on what was created, with one delivery from end to end. */
export const tryInstance = async (used: Used, list: () => Promise<string[]>): Promise<Finding[]> => {
  const env = readEnv(environment(used));
  const instance = await startInstance({ env, log: createLogger(env) });
  try {
    const body = readFileSync(SAMPLE);
    const headers = { 'X-Hub-Signature': signatureOf(used.secret.text, body) };
    const taken = await fetch(`${instance.url}/webhooks/jira`, { method: 'POST', headers, body });
    const { key } = JSON.parse(body.toString()).issue;
    const issue = await fetch(`${instance.url}/issues/${key}`);
    return [
      expectFact('a delivery signed with the generated secret is taken', taken.status === 202),
      expectFact('its snapshot is read back from the table', issue.status === 200),
      expectFact('its run document is in the bucket', await waitForDocument(list)),
    ];
  } finally {
    await instance.stop();
  }
};
