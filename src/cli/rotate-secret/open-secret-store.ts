import { readEnv } from '../../contract/env.ts';
import { externalConfig } from '../../local/aws-config.ts';
import { createSecretsManagerClient } from '../../verify/secrets-manager.ts';
import { type SecretStore, SecretsManagerStore } from './secret-store.ts';

/** An ARN says which region its secret lies in; a name does not. */
export const regionOf = (secretId: string): { region?: string } => {
  const region = /^arn:[^:]+:secretsmanager:([a-z0-9-]+):/.exec(secretId)?.[1];
  return region === undefined ? {} : { region };
};

/** Somebody waits at a terminal, so this client has more patience than the receiver's. */
const PATIENCE = {
  maxAttempts: 3,
  requestHandler: { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true },
};

/** The secret behind a name or an ARN, at AWS_ENDPOINT_URL_SECRETS_MANAGER if that is set. @throws ConfigError */
export const openSecretStore = async (secretId: string, source: NodeJS.ProcessEnv): Promise<SecretStore> => {
  const env = readEnv(source);
  const endpoint = env.AWS_ENDPOINT_URL_SECRETS_MANAGER;
  const local = endpoint === undefined ? {} : await externalConfig(endpoint, source);
  const settings = { ...local, ...regionOf(secretId), ...PATIENCE };
  return new SecretsManagerStore(createSecretsManagerClient(env, settings), secretId);
};
