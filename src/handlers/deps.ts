import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Env } from '../contract/env.ts';
import { ConfigError } from '../errors/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { createDocumentClient, createDynamoDb } from '../platform/dynamodb.ts';
import type { Logger } from '../platform/logger.ts';
import type { RawBodies } from '../store/raw-bodies.ts';
import { rawBodiesInBucket } from '../store/raw-bodies-bucket.ts';
import { rawBodiesInFolder } from '../store/raw-bodies-folder.ts';
import type { Table } from '../store/table-client.ts';
import { createSecretCache } from '../verify/secret-cache.ts';
import { overrideSecret, type SecretSource } from '../verify/secret-source.ts';
import { createSecretsManagerClient, fetchSigningKeys } from '../verify/secrets-manager.ts';

export type Platform = {
  clock: Clock;
  log: Logger;
  dynamodb?: DynamoDBClientConfig;
  secretsManager?: SecretsManagerClientConfig;
};

/** The table as the environment names it; `dynamodb` carries the endpoint of a local database. */
export const openTable = (env: Env, dynamodb?: DynamoDBClientConfig): Table => {
  const writer = createDynamoDb(dynamodb);
  let reader: DynamoDBDocumentClient | undefined;
  return {
    writer,
    name: env.TABLE_NAME,
    get reader() {
      reader ??= createDocumentClient(dynamodb);
      return reader;
    },
  };
};

/** The bucket, or the folder that stands for it. */
export const openRawBodies = (env: Env): RawBodies =>
  env.ARTIFACTS_BUCKET
    ? rawBodiesInBucket(env.ARTIFACTS_BUCKET)
    : rawBodiesInFolder(env.ARTIFACTS_DIR ?? process.cwd());

/**
 * The override, else the secret behind the ARN, whose first fetch begins now, during init.
 * @throws ConfigError without either: nothing could ever be verified
 */
export const openSecrets = (env: Env, { clock, log, secretsManager }: Platform): SecretSource => {
  if (env.JIRA_WEBHOOK_SECRET !== undefined) return overrideSecret(env.JIRA_WEBHOOK_SECRET);
  const arn = env.JIRA_WEBHOOK_SECRET_ARN;
  if (arn === undefined)
    throw new ConfigError('JIRA_WEBHOOK_SECRET_ARN must be set: the Secrets Manager secret of the webhook');
  const client = createSecretsManagerClient(env, secretsManager);
  const rules = { source: 'jira', graceHours: env.SECRET_GRACE_HOURS, clock };
  const cache = createSecretCache({ fetch: () => fetchSigningKeys(client, arn, rules), clock, log });
  cache.prefetch();
  return cache;
};
