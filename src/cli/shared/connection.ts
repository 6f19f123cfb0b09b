import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import type { Env } from '../../contract/env.ts';
import type { ArtifactStore } from '../../correlate/documents/artifact-store.ts';
import { openCorrelation } from '../../correlate/run/open-correlation.ts';
import type { SweepDeps } from '../../correlate/run/sweep-events.ts';
import { UnavailableError } from '../../errors/errors.ts';
import { embeddedConfig, externalConfig } from '../../local/aws-config.ts';
import { readInstance } from '../../local/instance.ts';
import { readLocalEnv } from '../../local/local-env.ts';
import { faultCode } from '../../local/start-error.ts';
import { systemClock } from '../../platform/clock.ts';
import { createLogger } from '../../platform/logger.ts';
import type { RawBodies } from '../../store/events/put-event.ts';
import { CommandError, UsageError } from './command.ts';
import {
  artifactsEnv,
  describePlace,
  findPlace,
  NO_ARTIFACTS,
  type StoreAddress,
  type TableFlags,
} from './place.ts';

/** The most common mistakes, by error code. */
const HINTS: ReadonlyMap<string, string> = new Map([
  ['ResourceNotFoundException', 'table not found'],
  ['ECONNREFUSED', 'nothing is listening there'],
  ['CredentialsProviderError', 'no AWS credentials were found'],
]);

/** Client settings for the place, with dummy credentials if a local database requires some and there are none. */
export const clientConfig = async ({ endpoint, embedded }: StoreAddress): Promise<DynamoDBClientConfig> => {
  if (endpoint === null) return {};
  return embedded ? embeddedConfig(endpoint) : externalConfig(endpoint);
};

/**
 * Opens the table and the artifacts that flags, environment or the running instance name, and calls `work`.
 * If nothing says where artifacts are stored, using them throws a UsageError.
 * @throws CommandError when no table is named or it cannot be used
 */
export const withStore = async <T>(
  flags: TableFlags,
  work: (store: SweepDeps, place: StoreAddress) => Promise<T>,
): Promise<T> => {
  const place = findPlace(flags, process.env, flags.deployed ? null : readInstance());
  const store = await openAt(place, readLocalEnv({ ...process.env, TABLE_NAME: place.table }));
  try {
    return await work(store, place);
  } catch (fault) {
    throw fault instanceof UnavailableError ? explainTableFault(fault, place) : fault;
  }
};

const openAt = async (place: StoreAddress, env: Env): Promise<SweepDeps> => {
  const platform = {
    clock: systemClock,
    log: createLogger({ ...env, LOG_LEVEL: 'silent' }),
    dynamodb: await clientConfig(place),
    ...(place.tenant === undefined ? {} : { tenant: place.tenant }),
  };
  const retention_days = env.EVENT_RETENTION_DAYS;
  if (place.artifacts !== null)
    return { ...openCorrelation(envAt(place.artifacts, env), platform), retention_days };
  const opened = openCorrelation(env, platform);
  return { ...opened, rawBodies: UNKNOWN_RAW_BODIES, artifacts: UNKNOWN_ARTIFACTS, retention_days };
};

/** The environment with the artifacts of the place. */
const envAt = (artifacts: NonNullable<StoreAddress['artifacts']>, env: Env): Env => {
  const { ARTIFACTS_BUCKET: _, ...rest } = env;
  return { ...rest, ...artifactsEnv(artifacts) };
};

const explainTableFault = (fault: UnavailableError, place: StoreAddress): CommandError => {
  const code = faultCode(fault.cause);
  const hint = HINTS.get(code);
  const what = fault.dependency === 'table' ? describePlace(place) : 'artifact store';
  return new CommandError(`The ${what} could not be used: ${hint ? `${hint} (${code})` : code}`);
};

const refuse = (): Promise<never> => Promise.reject(new UsageError(NO_ARTIFACTS));

const UNKNOWN_RAW_BODIES: RawBodies = { put: refuse, get: refuse, remove: refuse };

const UNKNOWN_ARTIFACTS: ArtifactStore = { put: refuse, replaceIfNewer: refuse };

/** Timeout of the calls for one item, in ms. Longer than for a delivery: no sender waits for an answer here. */
const ITEM_MS = 30_000;

/** A new signal that aborts the calls for one item on timeout. */
export const itemDeadline = (): AbortSignal => AbortSignal.timeout(ITEM_MS);
