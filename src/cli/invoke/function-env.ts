import { SECRET_VARIABLES } from '../../contract/env.ts';
import type { FunctionName } from '../../contract/functions.ts';
import { forEachSource, SOURCES, type Source } from '../../domain/source.ts';
import type { InstanceRecord } from '../../local/instance.ts';
import type { StoreAddress } from '../shared/place.ts';

/** A local database checks no signature, but the SDK wants to make one; a profile would win over these. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_PROFILE: undefined,
};

const artifactsOf = ({ artifacts }: StoreAddress): NodeJS.ProcessEnv => {
  if (artifacts === null) return {};
  return 'bucket' in artifacts ? { ARTIFACTS_BUCKET: artifacts.bucket } : { ARTIFACTS_DIR: artifacts.folder };
};

/** What each source's deliveries are signed with; null where only the ARN leads to it, if anything does. */
export type Secrets = Record<Source, string | null>;

const variablesOf = (secrets: Secrets): NodeJS.ProcessEnv =>
  Object.fromEntries(
    SOURCES.flatMap((source) =>
      secrets[source] === null ? [] : [[SECRET_VARIABLES[source], secrets[source]]],
    ),
  );

/**
 * The function's environment: what this process has, and the place it is to work on. It sees itself on Lambda,
 * so its log lines are JSON.
 * @param standIns true where the database is a local one and there are no credentials for it
 */
export const functionEnv = (
  name: FunctionName,
  place: StoreAddress,
  standIns: boolean,
  secrets: Secrets,
  source: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv => ({
  ...source,
  ...(standIns ? NOBODY : {}),
  ...artifactsOf(place),
  ...(place.endpoint === null ? {} : { AWS_ENDPOINT_URL_DYNAMODB: place.endpoint }),
  ...variablesOf(secrets),
  TABLE_NAME: place.table,
  AWS_LAMBDA_FUNCTION_NAME: `local-${name}`,
});

const secretsOfInstance = (instance: InstanceRecord | null): Secrets => ({
  ...forEachSource(() => null),
  jira: instance?.secret ?? null,
  commits: instance?.commits_secret ?? null,
});

/** By source: environment, else running instance, if it has the place's database; a flag is for `sender`'s. */
export const findSecrets = (
  flag: string | undefined,
  sender: Source,
  source: NodeJS.ProcessEnv,
  place: StoreAddress,
  instance: InstanceRecord | null,
): Secrets => {
  const isInstance = instance !== null && place.endpoint === instance.dynamodb_endpoint;
  const known = secretsOfInstance(isInstance ? instance : null);
  const found = forEachSource((name) => source[SECRET_VARIABLES[name]] ?? known[name]);
  return flag === undefined ? found : { ...found, [sender]: flag };
};
