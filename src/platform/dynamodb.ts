import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { Sha256 } from './sha256.ts';
import { fixUserAgent } from './user-agent.ts';

/**
 * A try that takes longer than this, connecting included, has failed (milliseconds). Three tries and their
 * backoff with jitter (the SDK's standard retry) stay within `REQUEST_BUDGET_MS`.
 */
const TIMEOUTS = { requestTimeout: 1_000, throwOnRequestTimeout: true };

/** An answer that stops in the middle for so long (milliseconds) gives its connection up. */
const STALLED_MS = 6_000;

const SETTINGS: DynamoDBClientConfig = {
  maxAttempts: 3,
  retryMode: 'standard',
  requestHandler: {
    ...TIMEOUTS,
    socketTimeout: STALLED_MS,
    httpAgent: { maxSockets: 64 },
    httpsAgent: { maxSockets: 64 },
  },
};

/**
 * What the SDK does anew for each call is done once: the user agent is composed once, keys are imported once,
 * and input and output are not copied for a logger that is not there.
 */
const createClient = (config: DynamoDBClientConfig): DynamoDBClient => {
  const client = new DynamoDBClient({ ...SETTINGS, sha256: Sha256, ...config });
  client.middlewareStack.remove('loggerMiddleware');
  fixUserAgent(client);
  return client;
};

/**
 * The client of the write path; `overrides` carry the endpoint and credentials of a local database.
 * Every delivery pays for at least two calls, so middleware is resolved once for each kind of call: that goes
 * well only for calls without options of their own.
 */
export const createDynamoDb = (overrides: DynamoDBClientConfig = {}): DynamoDBClient =>
  createClient({ cacheMiddleware: true, ...overrides });

/** A client that speaks plain values, for reading. It cannot share the other one's resolved middleware. */
export const createDocumentClient = (overrides: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(createClient(overrides));
