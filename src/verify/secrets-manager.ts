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
 * The keys that verify now or later, from the store. AWSPREVIOUS is read only while it can verify.
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

/** Longest time for reading both stages: a first request that waits for a prefetch, tries itself and then meets
 * a mismatch must still be answered well within 5 s. */
const FETCH_MS = 1200;

/**
 * Reads AWSCURRENT and then, if `needsPrevious` says so, AWSPREVIOUS, both within 1.2 s. In this order, because
 * an overwrite between the two reads must not hide the version it replaced. A failure of either fails the
 * whole: keys without AWSPREVIOUS would refuse for good what it should have verified.
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
 * The current document, and when the secret was made: a version's own date is that of the last change of any key.
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
  // A binary secret has no text; the empty text is no JSON object and is reported as such.
  return { current: SecretString ?? '', createdMs: CreatedDate?.getTime() ?? null };
};

/** No AWSPREVIOUS is normal: the secret was never overwritten, or the label was taken away. */
const orNullWhenAbsent = (fault: unknown): null => {
  if (fault instanceof Error && fault.name === 'ResourceNotFoundException') return null;
  throw fault;
};

/**
 * A client that gives up early. Two attempts, because the first one after Lambda thawed the process may find a
 * connection that the other side closed meanwhile. Endpoint, region and credentials are the SDK's own business
 * unless the environment names an endpoint, or `overrides` carry those of a local one.
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
