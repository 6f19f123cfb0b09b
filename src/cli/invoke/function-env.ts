import type { InstanceRecord } from '../../local/instance.ts';
import type { FunctionName } from '../shared/bundle.ts';
import type { Place } from '../shared/place.ts';

/** A local database checks no signature, but the SDK wants to make one; a profile would win over these. */
const NOBODY = {
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_REGION: 'us-east-1',
  AWS_PROFILE: undefined,
};

const artifactsOf = ({ artifacts }: Place): NodeJS.ProcessEnv => {
  if (artifacts === null) return {};
  return 'bucket' in artifacts ? { ARTIFACTS_BUCKET: artifacts.bucket } : { ARTIFACTS_DIR: artifacts.folder };
};

/**
 * The function's environment: what this process has, and the place it is to work on. It sees itself on Lambda,
 * so its log lines are JSON unless RC_LOG_JSON says otherwise.
 * @param standIns true where the database is a local one and there are no credentials for it
 */
export const functionEnv = (
  name: FunctionName,
  place: Place,
  standIns: boolean,
  secret: string | null,
  source: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv => ({
  ...source,
  ...(standIns ? NOBODY : {}),
  ...artifactsOf(place),
  ...(place.endpoint === null ? {} : { AWS_ENDPOINT_URL_DYNAMODB: place.endpoint }),
  ...(secret === null ? {} : { JIRA_WEBHOOK_SECRET: secret }),
  TABLE_NAME: place.table,
  AWS_LAMBDA_FUNCTION_NAME: `local-${name}`,
});

/** Flag, environment, running instance; null where only the ARN in the environment leads to it. */
export const findSecret = (
  flag: string | undefined,
  source: NodeJS.ProcessEnv,
  place: Place,
  instance: InstanceRecord | null,
): string | null => {
  const isInstance = instance !== null && place.endpoint === instance.dynamodb_endpoint;
  return flag ?? source.JIRA_WEBHOOK_SECRET ?? (isInstance ? instance.secret : null);
};
