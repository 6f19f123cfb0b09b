import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

const SOME_REGION = 'us-east-1';

/** A local database checks no signature, but the SDK needs credentials to make one. */
const LOCAL_CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** Looks like a signature; computing a real one is a quarter to a half of the CPU cost of a call. */
const UNCHECKED = {
  'x-amz-date': '20000101T000000Z',
  authorization: `AWS4-HMAC-SHA256 Credential=local/20000101/${SOME_REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

/** For a database that does not verify signatures, but rejects calls without one. */
const UNCHECKED_SIGNER: DynamoDBClientConfig['signer'] = {
  sign: async (request) => {
    Object.assign(request.headers, UNCHECKED);
    return request;
  },
};

/** The embedded database's client settings: never the user's AWS credentials. */
export const embeddedConfig = (endpoint: string): DynamoDBClientConfig => ({
  endpoint,
  region: SOME_REGION,
  credentials: LOCAL_CREDENTIALS,
  signer: UNCHECKED_SIGNER,
});

/** The same settings for the Streams API, which has its own hosts on AWS; the SDK derives them from the region. */
export const streamsConfig = ({
  endpoint,
  region,
  credentials,
  signer,
  maxAttempts,
}: DynamoDBClientConfig) => ({
  ...(endpoint === undefined || (typeof endpoint === 'string' && isAws(endpoint)) ? {} : { endpoint }),
  ...(region === undefined ? {} : { region }),
  ...(credentials === undefined ? {} : { credentials }),
  ...(signer === undefined ? {} : { signer }),
  ...(maxAttempts === undefined ? {} : { maxAttempts }),
});

/** True for an endpoint of AWS itself, for which credentials may also come from the machine's role. */
const isAws = (endpoint: string): boolean =>
  /\.(amazonaws\.com(\.cn)?|api\.aws)$/.test(URL.parse(endpoint)?.hostname ?? '');

/** Settings that every SDK client accepts. */
type EndpointConfig = {
  endpoint: string;
  region: string;
  credentials?: { accessKeyId: string; secretAccessKey: string };
};

/**
 * Client settings for a service whose endpoint the environment names. Credentials come from the environment; only if
 * there are none at all, and the endpoint is not AWS, dummy ones are used.
 */
export const externalConfig = async (
  endpoint: string,
  source: NodeJS.ProcessEnv = process.env,
): Promise<EndpointConfig> => {
  const region = await regionOf();
  const known = isAws(endpoint) || (await hasCredentials(source, region));
  return known ? { endpoint, region } : { endpoint, region, credentials: LOCAL_CREDENTIALS };
};

const regionOf = async (): Promise<string> => {
  try {
    return await new DynamoDBClient().config.region();
  } catch {
    return SOME_REGION;
  }
};

const hasCredentials = async (source: NodeJS.ProcessEnv, region: string): Promise<boolean> => {
  if (!mayHaveCredentials(source)) return false;
  try {
    await new DynamoDBClient({ region }).config.credentials();
    return true;
  } catch {
    return false;
  }
};

/** Variables from which the SDK may load credentials. */
const CREDENTIAL_VARIABLES = [
  'AWS_ACCESS_KEY_ID',
  'AWS_PROFILE',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
];

/** False when the SDK could find no credentials: it would spend seconds on network requests to learn that. */
const mayHaveCredentials = (source: NodeJS.ProcessEnv): boolean => {
  const folder = join(source.HOME ?? homedir(), '.aws');
  return (
    CREDENTIAL_VARIABLES.some((name) => source[name]) ||
    existsSync(source.AWS_SHARED_CREDENTIALS_FILE ?? join(folder, 'credentials')) ||
    existsSync(source.AWS_CONFIG_FILE ?? join(folder, 'config'))
  );
};
