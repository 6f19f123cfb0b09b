import { createHmac, randomUUID } from 'node:crypto';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import * as z from 'zod/mini';
import { readEnv } from '../../src/contract/env.ts';
import { SECRET_VARIABLES } from '../../src/contract/env-variables.ts';
import type { MetricName } from '../../src/contract/metrics.ts';
import { COMMIT_SOURCES, type CommitSource, forEachSource } from '../../src/domain/source.ts';
import { createLocalApp } from '../../src/local/all-routes.ts';
import { embeddedConfig } from '../../src/local/aws-config.ts';
import { localContext, tenantParameter } from '../../src/local/lambda-input.ts';
import { type Clock, systemClock } from '../../src/platform/clock.ts';
import { createLogger } from '../../src/platform/logger.ts';
import type { Count } from '../../src/platform/metrics.ts';
import { SENDERS } from '../../src/senders/registry.ts';
import { ensureTable } from '../../src/store/calls/create-table.ts';
import type { EventStore } from '../../src/store/events/put-event.ts';
import { openEvents, openTable, type Platform, tenantOf } from '../../src/wiring/open.ts';
import { pushHeader } from './commit-deliveries.ts';
import { type Connected, credentialOf, MASTERS } from './connected.ts';

/** What deliveries are signed with unless a test says otherwise. */
export const SECRET = 'a secret of the tests';

/** What changes of connections prove themselves with. */
const MANAGE_TOKEN = 'token-of-the-tests';

/** Where the app says that senders reach it. */
export const APP_URL = 'http://app.test';

/** The same for each commit source: no two alike, so that one never passes for another. */
export const COMMIT_SECRETS = forEachSource((source) => `a secret of the tests for ${source}`);

/** What switches every commit source on. */
export const COMMITS_ON: NodeJS.ProcessEnv = Object.fromEntries(
  COMMIT_SOURCES.map((source) => [SECRET_VARIABLES[source], COMMIT_SECRETS[source]]),
);

const json = z.record(z.string(), z.unknown());

/** An answer with its JSON. `ms`: how long it took, for bounds that are generous. */
export type Answer = {
  status: number;
  headers: Record<string, unknown>;
  body: Record<string, unknown>;
  ms: number;
};

export type LogLine = Record<string, unknown>;

export type Counts = Partial<Record<MetricName, number>>;

export type Delivery = {
  identifier?: string;
  secret?: string;
  /** Replaces the signature of the body. */
  signature?: string;
};

export type Managed = {
  /** An object, or text as it is. */
  body?: object | string;
  rev?: number | string;
  headers?: Record<string, string>;
};

type CommitsDelivery = {
  /** The event header; null leaves it out. The commits route has none. */
  event?: string | null;
  identifier?: string;
  secret?: string;
  /** Replaces the signature of the body; null leaves the header out. */
  signature?: string | null;
  /** Sent beside those above. */
  headers?: Record<string, string>;
};

type ConnectionDelivery = {
  /** Replaces the secret of the connection; null sends none. */
  secret?: string | null;
  headers?: Record<string, string>;
  /** Without `?`; a token is added to it. */
  query?: string;
  path?: string;
  method?: 'POST' | 'GET' | 'PUT';
};

export type TestApp = {
  /** Delivers as the sender of a connection does: `connect` of connected.ts makes one. */
  deliverTo(connected: Connected, body: Uint8Array | string, delivery?: ConnectionDelivery): Promise<Answer>;
  /** Signs the bytes and posts them, as an API Gateway event with a base64 body. */
  deliver(body: Uint8Array | string, delivery?: Delivery): Promise<Answer>;
  /** The same for a commit source, with its own headers. */
  deliverCommits(
    source: CommitSource,
    body: Uint8Array | string,
    delivery?: CommitsDelivery,
  ): Promise<Answer>;
  /** `target`: path and query. */
  get(target: string): Promise<Answer>;
  /** The same for an answer that is no JSON. */
  download(
    target: string,
    headers?: Record<string, string>,
  ): Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>;
  /**
   * Asks for a change, as `npm run connections` does. Without `rev` no revision is named, and without a body nothing is
   * sent; `headers` win over the usual ones.
   */
  manage(method: 'POST' | 'PATCH' | 'DELETE', target: string, change?: Managed): Promise<Answer>;
  /** The same table and artifact store as the app's, for what no route does. */
  events: EventStore & { tenant: string };
  /** Every line logged so far. */
  lines: LogLine[];
  /** Every count so far, summed by its name. */
  counts: Counts;
};

export type AppOptions = {
  endpoint: string;
  tableName: string;
  env?: NodeJS.ProcessEnv;
  clock?: Clock;
  dynamodb?: DynamoDBClientConfig;
  /** Whose app this is; that of the built-in sources without it. */
  tenant?: string;
  /** What sends to targets, and where their names lead. */
  sender?: Platform['sender'];
  resolve?: Platform['resolve'];
  /** Within the time that Jira leaves us. Else with more, for other tests run beside: what is answered matters. */
  inTime?: true;
};

/** The hex digest Jira would send. */
export const sign = (body: Uint8Array | string, secret: string = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** The header in which a source proves that it sent these bytes. */
export const proofOf = (
  source: CommitSource,
  body: Uint8Array | string,
  secret: string = COMMIT_SECRETS[source],
): { name: string; value: string } => {
  const { scheme } = SENDERS[source];
  if ('token' in scheme) return { name: scheme.token, value: secret };
  return { name: scheme.hmac[0] ?? '', value: sign(body, secret) };
};

const commitHeaders = (
  source: CommitSource,
  bytes: Uint8Array,
  delivery: CommitsDelivery,
): Record<string, string> => {
  const names = SENDERS[source].headers;
  const { event = pushHeader(source), identifier, secret, headers = {} } = delivery;
  const { name, value } = proofOf(source, bytes, secret);
  const { signature = value } = delivery;
  return {
    ...headers,
    ...(signature === null ? {} : { [name]: signature }),
    ...(names.event === null || event === null ? {} : { [names.event]: event }),
    ...(names.identifier === null || identifier === undefined ? {} : { [names.identifier]: identifier }),
  };
};

/** A table name nobody else uses. */
const newTableName = (): string => `test-${randomUUID()}`;

/** Makes the table as the local server does. */
export const createTable = async (endpoint: string, tableName = newTableName()): Promise<string> => {
  const client = new DynamoDBClient(embeddedConfig(endpoint));
  await ensureTable(client, tableName);
  client.destroy();
  return tableName;
};

const toEvent = (method: string, target: string, headers: Record<string, string>, body?: Uint8Array) => {
  const [path = '', query = ''] = target.split('?');
  const http = { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'test' };
  const nowMs = Date.now();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...tenantParameter(path),
    requestContext: {
      accountId: 'test',
      apiId: 'test',
      domainName: 'localhost',
      domainPrefix: 'localhost',
      routeKey: '$default',
      stage: '$default',
      requestId: 'test',
      time: new Date(nowMs).toISOString(),
      timeEpoch: nowMs,
      http,
    },
    ...(body ? { body: Buffer.from(body).toString('base64') } : {}),
    isBase64Encoded: body !== undefined,
  };
};

const NO_PROOF = { headers: {}, token: null };

/** Sums what is counted, in place of CloudWatch. */
export const summed = (counts: Counts): Count => {
  return (name, value = 1) => {
    counts[name] = (counts[name] ?? 0) + value;
  };
};

/**
 * The whole app in this process, on a table that is there. No server in between: the handler gets the events
 * that API Gateway would make.
 */
export const openApp = (options: AppOptions): TestApp => {
  const { endpoint, tableName, clock = systemClock } = options;
  const secrets = {
    JIRA_WEBHOOK_SECRET: SECRET,
    CONNECTIONS_MASTERS: MASTERS,
    ...COMMITS_ON,
  };
  const env = readEnv({ ...secrets, TABLE_NAME: tableName, ...options.env });
  const lines: LogLine[] = [];
  const log = createLogger(env, { write: (line) => void lines.push(json.parse(JSON.parse(line))) });
  const dynamodb = { ...embeddedConfig(endpoint), ...options.dynamodb };
  const counts: Counts = {};
  const deadline = options.inTime ? {} : { deadline: () => AbortSignal.timeout(30_000) };
  const tenant = options.tenant === undefined ? {} : { tenant: options.tenant };
  const targets = {
    ...(options.sender === undefined ? {} : { sender: options.sender }),
    ...(options.resolve === undefined ? {} : { resolve: options.resolve }),
  };
  const platform = { clock, log, dynamodb, count: summed(counts), ...deadline, ...tenant, ...targets };
  const { handler } = createLocalApp(env, platform, { token: MANAGE_TOKEN, url: () => APP_URL });

  const callForBytes = async (event: ReturnType<typeof toEvent>) => {
    const result = await handler(event, localContext('test', clock));
    const bytes = Buffer.from(result.body ?? '', result.isBase64Encoded ? 'base64' : 'utf8');
    return { status: result.statusCode ?? 0, headers: result.headers ?? {}, bytes };
  };

  const call = async (event: ReturnType<typeof toEvent>): Promise<Answer> => {
    const begun = performance.now();
    const { bytes, ...answer } = await callForBytes(event);
    const ms = performance.now() - begun;
    return { ...answer, body: json.parse(JSON.parse(bytes.toString() || '{}')), ms };
  };

  return {
    deliverTo: (connected, body, delivery = {}) => {
      const bytes = Buffer.from(body);
      const { connection_id } = connected.connection;
      const { secret = connected.secret, path = `/webhooks/${connection_id}`, method = 'POST' } = delivery;
      const proof = secret === null ? NO_PROOF : credentialOf(connected, secret, bytes);
      const query = [delivery.query, proof.token && `token=${proof.token}`].filter(Boolean).join('&');
      const headers = { ...proof.headers, ...delivery.headers };
      return call(toEvent(method, `${path}?${query}`, headers, bytes));
    },
    deliver: (body, { identifier, secret = SECRET, signature } = {}) => {
      const bytes = Buffer.from(body);
      const headers = {
        'X-Hub-Signature': signature ?? sign(bytes, secret),
        ...(identifier === undefined ? {} : { 'X-Atlassian-Webhook-Identifier': identifier }),
      };
      return call(toEvent('POST', '/webhooks/jira', headers, bytes));
    },
    deliverCommits: (source, body, delivery = {}) => {
      const bytes = Buffer.from(body);
      const headers = commitHeaders(source, bytes, delivery);
      return call(toEvent('POST', `/webhooks/${source}`, headers, bytes));
    },
    get: (target) => call(toEvent('GET', target, {})),
    download: (target, headers = {}) => callForBytes(toEvent('GET', target, headers)),
    manage: (method, target, { body, rev, headers = {} } = {}) => {
      const usual = {
        authorization: `Bearer ${MANAGE_TOKEN}`,
        'content-type': 'application/json',
        ...(rev === undefined ? {} : { 'if-match': String(rev) }),
      };
      const text = typeof body === 'object' ? JSON.stringify(body) : body;
      const sent = text === undefined ? undefined : Buffer.from(text);
      return call(toEvent(method, target, { ...usual, ...headers }, sent));
    },
    events: { ...openEvents(env, openTable(env, dynamodb)), tenant: tenantOf(platform) },
    lines,
    counts,
  };
};

/** An app on a new table. */
export const startApp = async (options: Omit<AppOptions, 'tableName'>): Promise<TestApp> =>
  openApp({ ...options, tableName: await createTable(options.endpoint) });
