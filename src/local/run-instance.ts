import { resolve } from 'node:path';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../contract/env.ts';
import { ConfigError } from '../errors/errors.ts';
import { type Clock, systemClock } from '../platform/clock.ts';
import { createDynamoDb } from '../platform/dynamodb.ts';
import type { Logger } from '../platform/logger.ts';
import { newSecret } from '../platform/new-secret.ts';
import { ensureTable } from '../store/calls/create-table.ts';
import { createLocalApp } from './all-routes.ts';
import { embeddedConfig, externalConfig } from './aws-config.ts';
import { startEngine } from './engine.ts';
import { type Correlated, startCorrelation } from './local-correlation.ts';
import { startExecutions } from './local-executions.ts';
import { startReconciling } from './local-reconciliation.ts';
import { firstMaster } from './masters-file.ts';
import { PROJECT_FOLDER } from './project.ts';
import { serve } from './server.ts';
import { faultCode, StartError } from './start-error.ts';

/**
 * `env` from `readLocalEnv` or `readEnv`: the whole configuration. Without `correlate`, deliveries are only stored, for
 * measurements of ingest, and nothing is published; without `reconcile`, no schedule reads Jira.
 */
export type InstanceOptions = {
  env: Env;
  log: Logger;
  clock?: Clock;
  correlate?: boolean;
  reconcile?: boolean;
};

/** A running instance: the routes over HTTP, its table, and its embedded database if it has one. */
export type Instance = {
  url: string;
  /** The secret that signs deliveries; null when it is behind JIRA_WEBHOOK_SECRET_ARN. */
  secret: string | null;
  /** True when the environment has no secret and this instance generated one. */
  secretMade: boolean;
  /** The secret that signs commits from git; null when it is behind JIRA_WEBHOOK_SECRET_ARN, or not set there. */
  commitsSecret: string | null;
  /** As `secretMade`. */
  commitsSecretMade: boolean;
  /** Authorizes requests that change connections; generated at each start. */
  manageToken: string;
  tableName: string;
  dynamodbEndpoint: string;
  /** The database's client settings, for reading its table. */
  dynamodb: DynamoDBClientConfig;
  /** Absolute; null when a bucket is used. */
  artifactsFolder: string | null;
  /** Resolves with a message for people when the embedded database ends without `stop`. */
  databaseDied: Promise<string>;
  /** Resolves when everything stored before the call is correlated and published. */
  correlated: Correlated;
  /** Stops accepting, finishes requests in flight, stops the database last. Returns the same promise every time. */
  stop(): Promise<void>;
};

/**
 * Starts an instance in this process: database (embedded unless AWS_ENDPOINT_URL_DYNAMODB names another), table,
 * routes. Writes no instance file, prints nothing.
 * @throws StartError or ConfigError with a message for people; nothing is left running then.
 */
export const startInstance = async (options: InstanceOptions): Promise<Instance> => {
  const { env, ...made } = completed(options.env);
  const manageToken = newSecret();
  await using starting = new AsyncDisposableStack();
  const standard = { clock: systemClock, correlate: true, reconcile: true };
  const { url, database, correlated } = await startOwned(
    { ...standard, ...options, env, manageToken },
    starting,
  );
  const owned = starting.move();
  let stopped: Promise<void> | undefined;
  return {
    url,
    secret: env.JIRA_WEBHOOK_SECRET ?? null,
    commitsSecret: env.COMMITS_WEBHOOK_SECRET ?? null,
    ...made,
    manageToken,
    tableName: env.TABLE_NAME,
    dynamodbEndpoint: database.endpoint,
    dynamodb: database.config,
    artifactsFolder: env.ARTIFACTS_BUCKET === undefined ? (env.ARTIFACTS_DIR ?? null) : null,
    databaseDied: database.died,
    correlated,
    stop: () => {
      stopped ??= owned.disposeAsync();
      return stopped;
    },
  };
};

type Completed = { env: Env; secretMade: boolean; commitsSecretMade: boolean };

/** The environment, with generated secrets and the absolute artifacts folder where they are missing. */
const completed = (env: Env): Completed => {
  const isMissing = (secret: string | undefined): boolean =>
    secret === undefined && env.JIRA_WEBHOOK_SECRET_ARN === undefined;
  const secretMade = isMissing(env.JIRA_WEBHOOK_SECRET);
  const commitsSecretMade = isMissing(env.COMMITS_WEBHOOK_SECRET);
  return {
    secretMade,
    commitsSecretMade,
    env: {
      ...env,
      ARTIFACTS_DIR: resolve(env.ARTIFACTS_DIR ?? PROJECT_FOLDER),
      ...(secretMade ? { JIRA_WEBHOOK_SECRET: newSecret() } : {}),
      ...(commitsSecretMade ? { COMMITS_WEBHOOK_SECRET: newSecret() } : {}),
      ...(isMissing(env.CONNECTIONS_MASTERS) ? { CONNECTIONS_MASTERS: firstMaster() } : {}),
    },
  };
};

/** The DynamoDB of an instance. `died` resolves with a message for people when an embedded one has ended. */
type Database = { endpoint: string; config: DynamoDBClientConfig; died: Promise<string> };

type Started = { url: string; database: Database; correlated: Correlated };

const startOwned = async (
  { env, log, clock, correlate, reconcile, manageToken }: Required<InstanceOptions> & { manageToken: string },
  owned: AsyncDisposableStack,
): Promise<Started> => {
  const database = await startDatabase(env, owned);
  const newTable = await makeTable(database, env.TABLE_NAME);
  const dynamodb = database.config;
  const secretsEndpoint = env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const secretsManager = secretsEndpoint ? { secretsManager: await externalConfig(secretsEndpoint) } : {};
  const platform = { log, clock, dynamodb, ...secretsManager };
  const executions = correlate && env.EXECUTIONS === 'on' ? startExecutions(env, platform, owned) : null;
  const others = executions === null ? [] : [executions.handler];
  const correlated = correlate
    ? await startCorrelation({ env, newTable, others, ...platform }, owned)
    : () => Promise.resolve();
  if (correlate && reconcile && env.JIRA_SITE_URL !== undefined)
    owned.defer(startReconciling({ env, log, clock, dynamodb }));
  let url = '';
  const access = { token: manageToken, url: () => url };
  const sender = executions === null ? {} : { sender: executions.sender };
  const { handler } = createLocalApp(env, { ...platform, ...sender }, access);
  const server = await serve({
    handler,
    host: env.HOST,
    allowedHosts: env.ALLOWED_HOSTS,
    port: env.PORT,
    maxBodyBytes: env.MAX_BODY_BYTES,
    log,
    clock,
  });
  owned.defer(server.close);
  url = server.url;
  return { url: server.url, database, correlated };
};

const never = new Promise<string>(() => {});

/** The database that the environment names, else an embedded one, which `owned` then stops. @throws StartError */
const startDatabase = async (env: Env, owned: AsyncDisposableStack): Promise<Database> => {
  const endpoint = env.AWS_ENDPOINT_URL_DYNAMODB;
  if (endpoint !== undefined) return { endpoint, config: await externalConfig(endpoint), died: never };
  const engine = await startEngine({ dbPath: env.LOCAL_DB_PATH });
  owned.defer(engine.stop);
  const died = engine.exited.then((how) => `The embedded DynamoDB stopped unexpectedly (${how})`);
  return { endpoint: engine.endpoint, config: embeddedConfig(engine.endpoint), died };
};

/**
 * Creates the table if it does not exist.
 * @returns true when it was created
 * @throws StartError, or ConfigError when the existing table is not ours
 */
const makeTable = async ({ config, endpoint }: Database, name: string): Promise<boolean> => {
  const client = createDynamoDb(config);
  try {
    return await ensureTable(client, name);
  } catch (fault) {
    if (fault instanceof ConfigError) throw fault;
    throw new StartError(
      `The table ${name} cannot be read or created at ${endpoint} (${faultCode(fault)}): is a DynamoDB running there?`,
    );
  } finally {
    client.destroy();
  }
};
