import { createHash, createHmac, createSecretKey, type Hash, type Hmac, type KeyObject } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/**
 * The plain client; `overrides` carry the endpoint and credentials of a local database.
 * Every delivery makes at least two calls, so middleware is resolved once for each kind of call. That is safe only
 * for calls without options of their own.
 */
export const createDynamoDb = (overrides: DynamoDBClientConfig = {}): DynamoDBClient =>
  createClient({ cacheMiddleware: true, ...overrides });

/** A client that takes and returns plain values. It cannot share the plain client's cached middleware. */
export const createDocumentClient = (overrides: DynamoDBClientConfig = {}): DynamoDBDocumentClient =>
  DynamoDBDocumentClient.from(createClient(overrides));

/**
 * A try fails after this time, connecting included (milliseconds). Three tries and their backoff with jitter (the SDK's
 * standard retry) stay within `REQUEST_BUDGET_MS`.
 */
const TIMEOUTS = { requestTimeout: 1_000, throwOnRequestTimeout: true };

/** The connection is dropped if an answer stalls for this long (milliseconds). */
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
 * Avoids work that the SDK repeats for each call: the user agent is composed once, keys are imported once, and input
 * and output are not copied for a logger that does not exist.
 */
const createClient = (config: DynamoDBClientConfig): DynamoDBClient => {
  const client = new DynamoDBClient({ ...SETTINGS, sha256: Sha256, ...config });
  client.middlewareStack.remove('loggerMiddleware');
  fixUserAgent(client);
  return client;
};

/**
 * Sends the SDK's user agent as one text that is composed once. The SDK itself composes it for every call, with the
 * features that the call used, and signs a copy of it.
 */
const fixUserAgent = (client: DynamoDBClient): void => {
  const text = composeOnce(client);
  client.middlewareStack.remove('getUserAgentMiddleware');
  client.middlewareStack.add(
    (next) => async (args) => {
      Object.assign(headersOf(args.request) ?? {}, { 'user-agent': await text });
      return next(args);
    },
    { step: 'build', name: 'fixedUserAgent' },
  );
};

const headersOf = (request: unknown): object | null =>
  typeof request === 'object' &&
  request !== null &&
  'headers' in request &&
  typeof request.headers === 'object'
    ? request.headers
    : null;

const composeOnce = async (client: DynamoDBClient): Promise<string> => {
  const parts = await client.config.defaultUserAgentProvider();
  return parts.map((part) => part.filter(Boolean).join('/')).join(' ');
};

type Data = string | ArrayBuffer | ArrayBufferView;

/** SHA-256, or its HMAC with a secret, for the SDK's signing: a tenth of a call cheaper than the SDK's own. */
export class Sha256 {
  readonly #secret: Data | undefined;
  #hash: Hash | Hmac;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.#hash = this.#start();
  }

  #start(): Hash | Hmac {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', importKey(this.#secret));
  }

  update(data: Data, encoding?: 'utf8' | 'ascii' | 'latin1'): void {
    if (typeof data === 'string') this.#hash.update(data, encoding ?? 'utf8');
    else this.#hash.update(toBytes(data));
  }

  digest(): Promise<Uint8Array> {
    return Promise.resolve(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#start();
  }
}

const keyObjects = new WeakMap<Uint8Array, KeyObject>();

/** The SDK caches a day's signing key and passes the same bytes for every call; importing them into Node is slow. */
const importKey = (secret: Data): KeyObject | string => {
  if (typeof secret === 'string') return secret;
  if (!(secret instanceof Uint8Array)) return createSecretKey(toBytes(secret));
  const key = keyObjects.get(secret) ?? createSecretKey(secret);
  keyObjects.set(secret, key);
  return key;
};

const toBytes = (data: ArrayBuffer | ArrayBufferView): Uint8Array =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
