import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { SecretsManagerClient, SecretsManagerClientConfig } from '@aws-sdk/client-secrets-manager';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Env } from '../contract/env.ts';
import { SECRET_VARIABLES } from '../contract/env-variables.ts';
import { forEachSource, type Source } from '../domain/source.ts';
import { DEFAULT_TENANT } from '../domain/tenant.ts';
import { ConfigError } from '../errors/errors.ts';
import type { Deadline } from '../http/request.ts';
import type { Clock } from '../platform/clock.ts';
import { createDocumentClient, createDynamoDb } from '../platform/dynamodb.ts';
import type { Logger } from '../platform/logger.ts';
import type { Count } from '../platform/metrics.ts';
import { type Objects, objectsInBucket } from '../platform/objects.ts';
import { objectsInFolder } from '../platform/objects-in-folder.ts';
import type { Resolve } from '../platform/resolve-target.ts';
import type { Table } from '../store/calls/table.ts';
import { type EventStore, rawBodiesIn } from '../store/events/put-event.ts';
import { createMasterCache, fetchMasters, type MasterSource } from '../verify/master-cache.ts';
import { type Masters, readMasters } from '../verify/masters.ts';
import type { DatedSecret } from '../verify/secret-ages.ts';
import { createSecretCache, noSecret, overrideSecret, type SecretSource } from '../verify/secret-source.ts';
import { createSecretsManagerClient, fetchDatedSecret, fetchSigningKeys } from '../verify/secrets-manager.ts';
import type { Sender } from './open-sender.ts';

export type Platform = {
  clock: Clock;
  log: Logger;
  dynamodb?: DynamoDBClientConfig;
  secretsManager?: SecretsManagerClientConfig;
  /** Default: CloudWatch metrics, on Lambda only. */
  count?: Count;
  /** Default: the time that Jira allows. */
  deadline?: Deadline;
  /** The tenant of the requests. Default: that of the built-in webhooks. */
  tenant?: string;
  /** Sends to targets. Default: the Lambda function that the environment names. */
  sender?: Sender;
  /** Resolves the names of targets. Default: the system's resolver. */
  resolve?: Resolve;
};

/** The tenant of the built-in webhooks. */
export const HOME = DEFAULT_TENANT;

export const tenantOf = ({ tenant = HOME }: Platform): string => tenant;

/** The table that the environment names; `dynamodb` has the endpoint of a local database. */
export const openTable = (env: Env, dynamodb?: DynamoDBClientConfig): Table => {
  const client = createDynamoDb(dynamodb);
  let documentClient: DynamoDBDocumentClient | undefined;
  return {
    client,
    name: env.TABLE_NAME,
    get documentClient() {
      documentClient ??= createDocumentClient(dynamodb);
      return documentClient;
    },
  };
};

/** The bucket, or the folder used instead. */
export const openObjects = (env: Env): Objects =>
  env.ARTIFACTS_BUCKET
    ? objectsInBucket(env.ARTIFACTS_BUCKET)
    : objectsInFolder(env.ARTIFACTS_DIR ?? process.cwd());

/** The store for events of a table, as configured by the environment. */
export const openEvents = (env: Env, table: Table): EventStore => ({
  table,
  rawBodies: rawBodiesIn(openObjects(env)),
  retention_days: env.EVENT_RETENTION_DAYS,
});

/** Where the keys of each source come from. */
type Secrets = Record<Source, SecretSource>;

/**
 * For each source the override, else its keys in the secret behind the ARN, else none: the source is off. Each source
 * has its own cache of the one secret, so that a source with wrong keys does not affect the others.
 * @throws ConfigError when Jira has neither, because no delivery of Jira could be verified
 */
export const openSecrets = (env: Env, platform: Platform): Secrets => {
  const arn = env.JIRA_WEBHOOK_SECRET_ARN;
  if (env.JIRA_WEBHOOK_SECRET === undefined && arn === undefined)
    throw new ConfigError('JIRA_WEBHOOK_SECRET_ARN must be set: the Secrets Manager secret of the webhook');
  let client: SecretsManagerClient | undefined;
  return forEachSource((source) => {
    const variable = SECRET_VARIABLES[source];
    const override = env[variable];
    if (override !== undefined) return overrideSecret(variable, override);
    if (arn === undefined) return noSecret;
    client ??= createSecretsManagerClient(env, platform.secretsManager);
    return cachedSecret(source, arn, client, env, platform);
  });
};

/** One source's keys in the secret of all sources. Jira's are fetched at once, others with their first delivery. */
const cachedSecret = (
  source: Source,
  arn: string,
  client: SecretsManagerClient,
  env: Env,
  { clock, log }: Platform,
): SecretSource => {
  const rules = { source, graceHours: env.SECRET_GRACE_HOURS, clock };
  const cache = createSecretCache({ fetch: () => fetchSigningKeys(client, arn, rules), clock, log });
  if (source === 'jira') cache.prefetch();
  return cache;
};

/** The masters of connections' keys: the override, else those in the secret behind the ARN, else none. */
export const openMasters = (env: Env, platform: Platform): MasterSource =>
  createMasterCache({ fetch: mastersOf(env, platform), ...platform });

const mastersOf = (env: Env, { log, secretsManager }: Platform): (() => Promise<Masters>) => {
  const override = env.CONNECTIONS_MASTERS;
  const arn = env.JIRA_WEBHOOK_SECRET_ARN;
  if (override !== undefined) return async () => readMasters(override, log);
  if (arn === undefined) return async () => new Map();
  const client = createSecretsManagerClient(env, secretsManager);
  return () => fetchMasters(client, arn, log);
};

/** Reads the secret of all sources with its date, else the override of masters; null if there is neither. */
export const openDatedSecret = (env: Env, platform: Platform): (() => Promise<DatedSecret>) | null => {
  const override = env.CONNECTIONS_MASTERS;
  const arn = env.JIRA_WEBHOOK_SECRET_ARN;
  if (arn === undefined)
    return override === undefined ? null : async () => ({ document: override, created_ms: null });
  const client = createSecretsManagerClient(env, platform.secretsManager);
  return () => fetchDatedSecret(client, arn);
};
