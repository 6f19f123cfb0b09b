import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager';
import type { Env } from '../contract/env.ts';
import type { Clock } from '../platform/clock.ts';
import { withTimeLimit } from '../platform/deadline.ts';
import type { DatedSecret } from './secret-ages.ts';
import {
  awsPreviousUntil,
  type CurrentVersion,
  readSigningKeys,
  type SecretRules,
  type SecretStages,
  type SigningKey,
} from './secret-document.ts';

/**
 * Fetches the keys that verify now or later. AWSPREVIOUS is read only while it can verify.
 * @throws as `fetchSecret` and `readSigningKeys` do.
 */
export const fetchSigningKeys = async (
  client: SecretsManagerClient,
  arn: string,
  rules: SecretRules & { clock: Clock },
): Promise<SigningKey[]> => {
  const stages = await fetchSecret(client, arn, (version) => {
    const until = awsPreviousUntil(version, rules);
    return until !== null && rules.clock() < until;
  });
  return readSigningKeys(stages, rules);
};

/** Longest time for reading both stages: a first request that waits for the prefetch, fetches itself and then has
 * a mismatch must still be answered well within 5 s. */
const FETCH_MS = 1200;

/**
 * Reads AWSCURRENT and then, if `needsPrevious` returns true, AWSPREVIOUS, both within 1.2 s. In this order, because
 * an overwrite between the two reads must not hide the version it replaced. If either read fails, both fail: without
 * AWSPREVIOUS, deliveries that it should have verified would be refused for good.
 * @throws the SDK's error, or a `TimeoutError`.
 */
export const fetchSecret = (
  client: SecretsManagerClient,
  arn: string,
  needsPrevious: (version: CurrentVersion) => boolean,
): Promise<SecretStages> =>
  withTimeLimit(FETCH_MS, async (signal) => {
    const version = await readStage(client, arn, 'AWSCURRENT', signal);
    if (!needsPrevious(version)) return { ...version, previous: null };
    const previous = await readStage(client, arn, 'AWSPREVIOUS', signal).catch(orNullWhenAbsent);
    return { ...version, previous: previous?.current ?? null };
  });

/**
 * Reads the current document and when the secret was created; a version's own date would be the last change of any key.
 * @throws the SDK's error, or a `TimeoutError`.
 */
export const fetchDatedSecret = (client: SecretsManagerClient, arn: string): Promise<DatedSecret> =>
  withTimeLimit(FETCH_MS, async (signal) => {
    const { current } = await readStage(client, arn, 'AWSCURRENT', signal);
    const describe = new DescribeSecretCommand({ SecretId: arn });
    const { CreatedDate } = await client.send(describe, { abortSignal: signal });
    return { document: current, created_ms: CreatedDate?.getTime() ?? null };
  });

const readStage = async (
  client: SecretsManagerClient,
  arn: string,
  stage: 'AWSCURRENT' | 'AWSPREVIOUS',
  abortSignal: AbortSignal,
): Promise<CurrentVersion> => {
  const command = new GetSecretValueCommand({ SecretId: arn, VersionStage: stage });
  const { SecretString, CreatedDate } = await client.send(command, { abortSignal });
  // A binary secret has no text; the empty text is then reported as not being a JSON object.
  return { current: SecretString ?? '', createdMs: CreatedDate?.getTime() ?? null };
};

/** A missing AWSPREVIOUS is normal: the secret was never overwritten, or the label was removed. */
const orNullWhenAbsent = (fault: unknown): null => {
  if (fault instanceof Error && fault.name === 'ResourceNotFoundException') return null;
  throw fault;
};

/**
 * A client that gives up early. Two attempts, because the first one after Lambda has thawed the process may use a
 * connection that the other side has closed. The SDK's defaults for endpoint, region and credentials apply, unless the
 * environment names an endpoint, or `overrides` has those of a local one.
 */
export const createSecretsManagerClient = (
  env: Pick<Env, 'AWS_ENDPOINT_URL_SECRETS_MANAGER'>,
  overrides: SecretsManagerClientConfig = {},
): SecretsManagerClient =>
  new SecretsManagerClient({
    ...(env.AWS_ENDPOINT_URL_SECRETS_MANAGER ? { endpoint: env.AWS_ENDPOINT_URL_SECRETS_MANAGER } : {}),
    maxAttempts: 2,
    requestHandler: { connectionTimeout: 500, requestTimeout: 1000, throwOnRequestTimeout: true },
    ...overrides,
  });
