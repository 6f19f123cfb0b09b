import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { type Env, readEnv } from '../../contract/env.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { openRawBodies, openTable } from '../../handlers/deps.ts';
import { embeddedConfig, externalConfig } from '../../local/aws-config.ts';
import { readInstance } from '../../local/instance.ts';
import { faultCode } from '../../local/start-error.ts';
import type { EventStore } from '../../store/put-event.ts';
import type { RawBodies } from '../../store/raw-bodies.ts';
import { CommandError, UsageError } from './command-error.ts';
import { describePlace, findPlace, NO_ARTIFACTS, type Place, type TableFlags } from './place.ts';

/** Client settings for the place; made-up credentials where a local database wants some and there are none. */
export const clientConfig = async ({ endpoint, embedded }: Place): Promise<DynamoDBClientConfig> => {
  if (endpoint === null) return {};
  return embedded ? embeddedConfig(endpoint) : externalConfig(endpoint);
};

const refuse = (): Promise<never> => Promise.reject(new UsageError(NO_ARTIFACTS));
const UNKNOWN_RAW_BODIES: RawBodies = { put: refuse, get: refuse, remove: refuse };

const openArtifacts = ({ artifacts }: Place, env: Env): RawBodies => {
  if (artifacts === null) return UNKNOWN_RAW_BODIES;
  const { ARTIFACTS_BUCKET: _, ...rest } = env;
  return openRawBodies(
    'bucket' in artifacts
      ? { ...rest, ARTIFACTS_BUCKET: artifacts.bucket }
      : { ...rest, ARTIFACTS_DIR: artifacts.folder },
  );
};

/** The DynamoDB's own words for what people do wrong most often. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['ResourceNotFoundException', 'there is no such table'],
  ['ECONNREFUSED', 'nothing listens there'],
  ['CredentialsProviderError', 'no AWS credentials were found'],
]);

const explainTableFault = (fault: UnavailableError, place: Place): CommandError => {
  const code = faultCode(fault.cause);
  const hint = HINTS.get(code);
  const what = fault.dependency === 'table' ? describePlace(place) : 'artifact store';
  return new CommandError(`The ${what} could not be used: ${hint ? `${hint} (${code})` : code}`);
};

/**
 * Opens the table and the artifacts that flags, environment and running instance name, and does the work.
 * Raw bodies that nobody says the place of throw a UsageError when they are used.
 * @throws CommandError when no table is named or it cannot be used
 */
export const withStore = async <T>(
  flags: TableFlags,
  work: (events: EventStore, place: Place) => Promise<T>,
): Promise<T> => {
  const place = findPlace(flags, process.env, readInstance());
  const env = readEnv({ ...process.env, TABLE_NAME: place.table });
  const table = openTable(env, await clientConfig(place));
  const rawBodies = openArtifacts(place, env);
  try {
    return await work({ table, rawBodies, retention_days: env.EVENT_RETENTION_DAYS }, place);
  } catch (fault) {
    throw fault instanceof UnavailableError ? explainTableFault(fault, place) : fault;
  }
};
