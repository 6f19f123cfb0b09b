import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * A try that takes longer than this has failed (milliseconds). Three tries and their backoff with jitter
 * (the SDK's standard retry) stay within `REQUEST_BUDGET_MS`.
 */
const TIMEOUTS = { connectionTimeout: 500, requestTimeout: 1_000, throwOnRequestTimeout: true };

/** The table's client; `overrides` carry the endpoint and credentials of a local database. */
export const createDynamoDb = (overrides: DynamoDBClientConfig = {}): DynamoDBClient =>
  new DynamoDBClient({
    maxAttempts: 3,
    retryMode: 'standard',
    requestHandler: { ...TIMEOUTS, httpAgent: { maxSockets: 64 }, httpsAgent: { maxSockets: 64 } },
    ...overrides,
  });

/** The same client speaking plain values; undefined attributes are left out of an item. */
export const documentClient = (client: DynamoDBClient): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
