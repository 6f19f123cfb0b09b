import { type Command, InvalidArgumentError, Option } from 'commander';
import { type Env, readEnv } from '../../contract/env.ts';
import { isLoopback } from '../../domain/safe-url.ts';
import { isTenant } from '../../domain/tenant.ts';
import type { InstanceRecord } from '../../local/instance.ts';
import { PROJECT_FOLDER } from '../../local/project.ts';
import { HOME } from '../../wiring/open.ts';
import { CommandError, UsageError } from './command.ts';

export type TableFlags = {
  table?: string;
  endpoint?: string;
  /** Where large raw bodies are; the environment overrides it. */
  bucket?: string;
  /** Use the deployment, even if an instance runs on this machine. */
  deployed?: true;
  /** The tenant of the rows; default: that of the built-in webhooks. */
  tenant?: string;
};

/** What a command works on, before anything is opened. `artifacts` is null when nothing says where they are stored. */
export type StoreAddress = {
  table: string;
  endpoint: string | null;
  /** True for the embedded database of the running instance, which needs no AWS credentials. */
  embedded: boolean;
  artifacts: { bucket: string } | { folder: string } | null;
  /** Set only if one was named. */
  tenant?: string;
};

const NO_TABLE = `No instance is running. Start one with npm start, or name a table:
  --table NAME [--endpoint URL], or TABLE_NAME [and AWS_ENDPOINT_URL_DYNAMODB] in the environment`;

export const NO_ARTIFACTS =
  'The location of large raw bodies is unknown: set ARTIFACTS_BUCKET or ARTIFACTS_DIR to the value of the receiver';

/**
 * Resolves table, database and artifacts: flags override the environment, which overrides the running instance. Without
 * any endpoint the database is AWS, and the table must be named.
 * @throws CommandError when no table is named, ConfigError when a name or an address is invalid
 */
export const findPlace = (
  flags: TableFlags,
  source: NodeJS.ProcessEnv,
  instance: InstanceRecord | null,
): StoreAddress => {
  const env = readEnv({
    ...(flags.bucket ? { ARTIFACTS_BUCKET: flags.bucket } : {}),
    ...source,
    ...(flags.table ? { TABLE_NAME: flags.table } : {}),
    ...(flags.endpoint ? { AWS_ENDPOINT_URL_DYNAMODB: flags.endpoint } : {}),
  });
  const given = env.AWS_ENDPOINT_URL_DYNAMODB;
  const endpoint = given ?? instance?.dynamodb_endpoint ?? null;
  const running = instance !== null && endpoint === instance.dynamodb_endpoint ? instance : null;
  const named = flags.table || source.TABLE_NAME ? env.TABLE_NAME : running?.table_name;
  if (endpoint === null && named === undefined) throw new CommandError(NO_TABLE);
  return {
    table: named ?? env.TABLE_NAME,
    endpoint,
    embedded: given === undefined && endpoint !== null && isLoopback(URL.parse(endpoint)),
    artifacts: artifactsOf(env, endpoint, running),
    ...(flags.tenant === undefined ? {} : { tenant: flags.tenant }),
  };
};

const artifactsOf = (
  env: Env,
  endpoint: string | null,
  instance: InstanceRecord | null,
): StoreAddress['artifacts'] => {
  if (env.ARTIFACTS_BUCKET !== undefined) return { bucket: env.ARTIFACTS_BUCKET };
  if (env.ARTIFACTS_DIR !== undefined) return { folder: env.ARTIFACTS_DIR };
  if (instance) return instance.artifacts_dir === null ? null : { folder: instance.artifacts_dir };
  return endpoint !== null && isLoopback(URL.parse(endpoint)) ? { folder: PROJECT_FOLDER } : null;
};

/** The place in words, for questions and messages. */
export const describePlace = ({ table, endpoint, tenant }: StoreAddress): string => {
  const where = `table ${table} ${endpoint === null ? 'on AWS' : `at ${endpoint}`}`;
  return tenant === undefined ? where : `${where}, tenant ${tenant}`;
};

/** The environment variables that say where the artifacts are; none if that is unknown. */
export const artifactsEnv = (
  artifacts: StoreAddress['artifacts'],
): { ARTIFACTS_BUCKET?: string; ARTIFACTS_DIR?: string } => {
  if (artifacts === null) return {};
  return 'bucket' in artifacts ? { ARTIFACTS_BUCKET: artifacts.bucket } : { ARTIFACTS_DIR: artifacts.folder };
};

/** Where the raw bodies are stored, in words. @throws UsageError when that is unknown */
export const describeArtifacts = ({ artifacts }: StoreAddress): string => {
  if (artifacts === null) throw new UsageError(NO_ARTIFACTS);
  return 'bucket' in artifacts ? `bucket ${artifacts.bucket}` : `folder ${artifacts.folder}`;
};

/** Options and help of every command that uses a table directly. */
export const withTableOptions = (command: Command): Command =>
  command
    .option('--table <name>', 'DynamoDB table')
    .option('--endpoint <address>', 'DynamoDB endpoint')
    .addHelpText(
      'after',
      `
Table, database and artifacts default to those of the running instance (npm start). The environment overrides it
(TABLE_NAME, AWS_ENDPOINT_URL_DYNAMODB, ARTIFACTS_BUCKET, ARTIFACTS_DIR), and flags override both. If nothing names
a database, it is AWS, with the credentials and region that the AWS SDK finds.`,
    );

/** The same, for a command that works on one tenant's issues and events. */
export const withStoreOptions = (command: Command): Command =>
  withTableOptions(command).addOption(
    new Option('--tenant <name>', `whose issues and events (default: ${HOME})`).argParser(readTenant),
  );

const readTenant = (text: string): string => {
  if (!isTenant(text)) throw new InvalidArgumentError('It must be 1 to 64 of a-z, 0-9 and -.');
  return text;
};
